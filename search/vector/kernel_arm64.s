#include "textflag.h"

// SDOT Vd.4S, Vn.16B, Vm.16B: four products of int8 added to each int32.
#define SDOT(M, N, D) WORD $(0x4e809400 | (M)<<16 | (N)<<5 | (D))

// func dotsNEON(products *int32, n int, rows *uint8, q *int8, dim int)
TEXT ·dotsNEON(SB), NOSPLIT, $0-40
	MOVD products+0(FP), R0
	MOVD n+8(FP), R1
	MOVD rows+16(FP), R2
	MOVD q+24(FP), R3
	MOVD dim+32(FP), R4
	VMOVI $128, V30.B16
	VMOVI $64, V31.B16

	// A byte less 128 is what SDOT can multiply: V29 becomes 128 × Σ q, to add again.
	VEOR V29.B16, V29.B16, V29.B16
	MOVD R3, R5
	MOVD R4, R6

sum:
	VLD1.P 64(R5), [V4.B16, V5.B16, V6.B16, V7.B16]
	SDOT(31, 4, 29)
	SDOT(31, 5, 29)
	SDOT(31, 6, 29)
	SDOT(31, 7, 29)
	SUBS   $64, R6
	BNE    sum
	VADD   V29.S4, V29.S4, V29.S4

row:
	VMOV V29.B16, V16.B16
	VEOR V17.B16, V17.B16, V17.B16
	VEOR V18.B16, V18.B16, V18.B16
	VEOR V19.B16, V19.B16, V19.B16
	MOVD R3, R5
	MOVD R4, R6

row64:
	VLD1.P 64(R2), [V0.B16, V1.B16, V2.B16, V3.B16]
	VLD1.P 64(R5), [V4.B16, V5.B16, V6.B16, V7.B16]
	VEOR   V30.B16, V0.B16, V0.B16
	VEOR   V30.B16, V1.B16, V1.B16
	VEOR   V30.B16, V2.B16, V2.B16
	VEOR   V30.B16, V3.B16, V3.B16
	SDOT(4, 0, 16)
	SDOT(5, 1, 17)
	SDOT(6, 2, 18)
	SDOT(7, 3, 19)
	SUBS   $64, R6
	BNE    row64
	VADD   V17.S4, V16.S4, V16.S4
	VADD   V19.S4, V18.S4, V18.S4
	VADD   V18.S4, V16.S4, V16.S4
	VADDV  V16.S4, V16
	FMOVS  F16, (R0)
	ADD    $4, R0
	SUBS   $1, R1
	BNE    row
	RET
