#include "textflag.h"

// Instructions that Go's assembler does not know, with their operands' numbers.
#define UMULL_4S(m, n, d) WORD $(0x2e60c000 | m<<16 | n<<5 | d)
#define UMULL2_4S(m, n, d) WORD $(0x6e60c000 | m<<16 | n<<5 | d)
#define CMHS_8H(m, n, d) WORD $(0x6e603c00 | m<<16 | n<<5 | d)
#define ADDV_8H(n, d) WORD $(0x4e71b800 | n<<5 | d)

// func addDenseNEON(acc *uint16, words *uint64, imps *byte, n int, weight uint16, spread *[256]uint64, ones *[256]uint8)
//
// 8 documents a turn: a table says how the next impacts spread over the bits of a byte.
TEXT ·addDenseNEON(SB), NOSPLIT, $0-56
	MOVD acc+0(FP), R0
	MOVD words+8(FP), R1
	MOVD imps+16(FP), R2
	MOVD n+24(FP), R3
	MOVHU weight+32(FP), R4
	MOVD spread+40(FP), R5
	MOVD ones+48(FP), R6
	VDUP R4, V31.H8
	LSL  $3, R3, R3

loop:
	MOVBU (R1), R7
	CBZ   R7, next
	VLD1  (R2), [V0.B8]
	ADD   R7<<3, R5, R8
	VLD1  (R8), [V1.B8]
	VTBL  V1.B8, [V0.B16], V2.B8
	VUSHLL $0, V2.B8, V3.H8
	VSHL  $8, V3.H8, V3.H8
	UMULL_4S(31, 3, 4)
	UMULL2_4S(31, 3, 5)
	VUZP2 V5.H8, V4.H8, V6.H8
	VLD1  (R0), [V7.H8]
	VADD  V6.H8, V7.H8, V7.H8
	VST1  [V7.H8], (R0)
	MOVBU (R6)(R7), R9
	ADD   R9, R2, R2

next:
	ADD  $1, R1, R1
	ADD  $16, R0, R0
	SUBS $1, R3, R3
	BNE  loop
	RET

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
