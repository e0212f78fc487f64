#include "go_asm.h"
#include "textflag.h"

// The products with AVX-512, and with its VNNI for bytes. A block of 6 × 64 int32 lives in
// Z0…Z23, four registers a row.

#define BYTES(A, C0, C1, C2, C3) \
	VPBROADCASTD A, Z28      \
	VPDPBUSD     Z24, Z28, C0 \
	VPDPBUSD     Z25, Z28, C1 \
	VPDPBUSD     Z26, Z28, C2 \
	VPDPBUSD     Z27, Z28, C3

#define SCALE(C, SUM, AT) \
	VPMULLD   Z28, SUM, Z30 \
	VPSUBD    Z30, C, C     \
	VCVTDQ2PS C, C          \
	VMULPS    AT(R10), C, C \
	VMULPS    Z29, C, C     \
	VADDPS    AT(R11), C, C \
	VMOVUPS   C, AT(DI)

#define ROW(R, C0, C1, C2, C3) \
	VPBROADCASTD (4*R)(R8), Z28 \
	VBROADCASTSS (4*R)(R9), Z29 \
	SCALE(C0, Z24, 0)           \
	SCALE(C1, Z25, 64)          \
	SCALE(C2, Z26, 128)         \
	SCALE(C3, Z27, 192)         \
	ADDQ         R12, R11       \
	ADDQ         R13, DI

#define CLEAR(C0, C1, C2, C3) \
	VPXORD C0, C0, C0 \
	VPXORD C1, C1, C1 \
	VPXORD C2, C2, C2 \
	VPXORD C3, C3, C3

// func dot8VNNI(t *tile8, steps int)
TEXT ·dot8VNNI(SB), NOSPLIT, $0-16
	MOVQ t+0(FP), AX
	MOVQ steps+8(FP), CX
	MOVQ tile8_a(AX), SI
	MOVQ tile8_aRow(AX), DX
	MOVQ tile8_w(AX), BX
	LEAQ (DX)(DX*2), R8
	ADDQ SI, R8
	CLEAR(Z0, Z1, Z2, Z3)
	CLEAR(Z4, Z5, Z6, Z7)
	CLEAR(Z8, Z9, Z10, Z11)
	CLEAR(Z12, Z13, Z14, Z15)
	CLEAR(Z16, Z17, Z18, Z19)
	CLEAR(Z20, Z21, Z22, Z23)

step:
	VMOVDQU32 (BX), Z24
	VMOVDQU32 64(BX), Z25
	VMOVDQU32 128(BX), Z26
	VMOVDQU32 192(BX), Z27
	BYTES((SI), Z0, Z1, Z2, Z3)
	BYTES((SI)(DX*1), Z4, Z5, Z6, Z7)
	BYTES((SI)(DX*2), Z8, Z9, Z10, Z11)
	BYTES((R8), Z12, Z13, Z14, Z15)
	BYTES((R8)(DX*1), Z16, Z17, Z18, Z19)
	BYTES((R8)(DX*2), Z20, Z21, Z22, Z23)
	ADDQ      $256, BX
	ADDQ      $4, SI
	ADDQ      $4, R8
	DECQ      CX
	JNZ       step

	MOVQ      tile8_zero(AX), R8
	MOVQ      tile8_scale(AX), R9
	MOVQ      tile8_sum(AX), SI
	MOVQ      tile8_wscale(AX), R10
	MOVQ      tile8_bias(AX), R11
	MOVQ      tile8_addRow(AX), R12
	MOVQ      tile8_cRow(AX), R13
	MOVQ      tile8_c(AX), DI
	VMOVDQU32 (SI), Z24
	VMOVDQU32 64(SI), Z25
	VMOVDQU32 128(SI), Z26
	VMOVDQU32 192(SI), Z27
	ROW(0, Z0, Z1, Z2, Z3)
	ROW(1, Z4, Z5, Z6, Z7)
	ROW(2, Z8, Z9, Z10, Z11)
	ROW(3, Z12, Z13, Z14, Z15)
	ROW(4, Z16, Z17, Z18, Z19)
	ROW(5, Z20, Z21, Z22, Z23)
	VZEROUPPER
	RET

#define FLOATS(A, C0, C1) \
	VBROADCASTSS A, Z28       \
	VFMADD231PS  Z24, Z28, C0 \
	VFMADD231PS  Z25, Z28, C1

#define KEEP(C0, C1) \
	VMOVUPS C0, (DI)   \
	VMOVUPS C1, 64(DI) \
	ADDQ    R13, DI

// func dot32AVX512(t *tile32, depth int)
TEXT ·dot32AVX512(SB), NOSPLIT, $0-16
	MOVQ t+0(FP), AX
	MOVQ depth+8(FP), CX
	MOVQ tile32_a(AX), SI
	MOVQ tile32_aRow(AX), DX
	MOVQ tile32_b(AX), BX
	MOVQ tile32_bRow(AX), R9
	LEAQ (DX)(DX*2), R8
	ADDQ SI, R8
	CLEAR(Z0, Z1, Z2, Z3)
	CLEAR(Z4, Z5, Z6, Z7)
	CLEAR(Z8, Z9, Z10, Z11)

deep:
	VMOVUPS (BX), Z24
	VMOVUPS 64(BX), Z25
	FLOATS((SI), Z0, Z1)
	FLOATS((SI)(DX*1), Z2, Z3)
	FLOATS((SI)(DX*2), Z4, Z5)
	FLOATS((R8), Z6, Z7)
	FLOATS((R8)(DX*1), Z8, Z9)
	FLOATS((R8)(DX*2), Z10, Z11)
	ADDQ    R9, BX
	ADDQ    $4, SI
	ADDQ    $4, R8
	DECQ    CX
	JNZ     deep

	MOVQ tile32_c(AX), DI
	MOVQ tile32_cRow(AX), R13
	KEEP(Z0, Z1)
	KEEP(Z2, Z3)
	KEEP(Z4, Z5)
	KEEP(Z6, Z7)
	KEEP(Z8, Z9)
	KEEP(Z10, Z11)
	VZEROUPPER
	RET
