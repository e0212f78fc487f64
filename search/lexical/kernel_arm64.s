#include "textflag.h"

// Instructions that Go's assembler does not know, with their operands' numbers.
#define CMHS_8H(m, n, d) WORD $(0x6e603c00 | m<<16 | n<<5 | d)
#define ADDV_8H(n, d) WORD $(0x4e71b800 | n<<5 | d)

// func atLeastNEON(out *uint64, acc *uint16, n int, need uint16, weights *[8]uint16)
//
// A lane that suffices leaves its bit, and the bits of eight lanes add up to a byte.
TEXT ·atLeastNEON(SB), NOSPLIT, $0-40
	MOVD out+0(FP), R0
	MOVD acc+8(FP), R1
	MOVD n+16(FP), R2
	MOVHU need+24(FP), R3
	MOVD weights+32(FP), R4
	VDUP R3, V31.H8
	VLD1 (R4), [V30.H8]
	LSL  $3, R2, R2

above:
	VLD1.P 16(R1), [V0.H8]
	CMHS_8H(31, 0, 1)
	VAND V30.B16, V1.B16, V1.B16
	ADDV_8H(1, 2)
	VMOV V2.H[0], R5
	MOVB R5, (R0)
	ADD  $1, R0, R0
	SUBS $1, R2, R2
	BNE  above
	RET
