#include "go_asm.h"
#include "textflag.h"

// The products with AVX2 and FMA.

// Two columns of 4 bytes a lane; a block of 6 × 8 columns lives in Y0…Y11. A register
// holds for each of four columns two sums, which are added at the end.
#define BYTES(A, C0, C1) \
	VPMOVZXBW    A, X14      \
	VPBROADCASTQ X14, Y14    \
	VPMADDWD     Y12, Y14, Y15 \
	VPADDD       Y15, C0, C0 \
	VPMADDWD     Y13, Y14, Y15 \
	VPADDD       Y15, C1, C1

#define SCALE(R, C0, C1) \
	VPHADDD      C1, C0, C0        \
	VPERMQ       $0xd8, C0, C0     \
	VPBROADCASTD (4*R)(R8), Y14    \
	VPMULLD      (R14), Y14, Y14   \
	VPSUBD       Y14, C0, C0       \
	VCVTDQ2PS    C0, C0            \
	VMULPS       (R10), C0, C0     \
	VBROADCASTSS (4*R)(R9), Y14    \
	VMULPS       Y14, C0, C0       \
	VADDPS       (R15), C0, C0     \
	VMOVUPS      C0, (DI)          \
	ADDQ         tile8_addRow(AX), R15 \
	ADDQ         tile8_cRow(AX), DI

// func dot8AVX2(t *tile8, steps int)
TEXT ·dot8AVX2(SB), NOSPLIT, $16-16
	MOVQ t+0(FP), AX
	MOVQ tile8_aRow(AX), DX
	XORQ R12, R12            // the first of 8 columns

columns:
	MOVQ  steps+8(FP), CX
	MOVQ  tile8_a(AX), SI
	MOVQ  tile8_w(AX), BX
	LEAQ  (BX)(R12*4), BX
	LEAQ  (DX)(DX*2), R8
	ADDQ  SI, R8
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	VPXOR Y8, Y8, Y8
	VPXOR Y9, Y9, Y9
	VPXOR Y10, Y10, Y10
	VPXOR Y11, Y11, Y11

step:
	VPMOVSXBW (BX), Y12
	VPMOVSXBW 16(BX), Y13
	BYTES((SI), Y0, Y1)
	BYTES((SI)(DX*1), Y2, Y3)
	BYTES((SI)(DX*2), Y4, Y5)
	BYTES((R8), Y6, Y7)
	BYTES((R8)(DX*1), Y8, Y9)
	BYTES((R8)(DX*2), Y10, Y11)
	ADDQ      $256, BX
	ADDQ      $4, SI
	ADDQ      $4, R8
	DECQ      CX
	JNZ       step

	MOVQ tile8_zero(AX), R8
	MOVQ tile8_scale(AX), R9
	MOVQ tile8_sum(AX), R14
	LEAQ (R14)(R12*4), R14
	MOVQ tile8_wscale(AX), R10
	LEAQ (R10)(R12*4), R10
	MOVQ tile8_bias(AX), R15
	LEAQ (R15)(R12*4), R15
	MOVQ tile8_c(AX), DI
	LEAQ (DI)(R12*4), DI
	SCALE(0, Y0, Y1)
	SCALE(1, Y2, Y3)
	SCALE(2, Y4, Y5)
	SCALE(3, Y6, Y7)
	SCALE(4, Y8, Y9)
	SCALE(5, Y10, Y11)
	ADDQ $8, R12
	CMPQ R12, $64
	JLT  columns
	VZEROUPPER
	RET

#define FLOATS(A, C0, C1) \
	VBROADCASTSS A, Y14       \
	VFMADD231PS  Y12, Y14, C0 \
	VFMADD231PS  Y13, Y14, C1

#define KEEP(C0, C1) \
	VMOVUPS C0, (DI)   \
	VMOVUPS C1, 32(DI) \
	ADDQ    R13, DI

// func dot32AVX2(t *tile32, depth int)
TEXT ·dot32AVX2(SB), NOSPLIT, $0-16
	MOVQ t+0(FP), AX
	MOVQ tile32_aRow(AX), DX
	MOVQ tile32_bRow(AX), R9
	MOVQ tile32_cRow(AX), R13
	XORQ R12, R12             // the bytes before the 16 columns

half:
	MOVQ   depth+8(FP), CX
	MOVQ   tile32_a(AX), SI
	MOVQ   tile32_b(AX), BX
	ADDQ   R12, BX
	LEAQ   (DX)(DX*2), R8
	ADDQ   SI, R8
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	VXORPS Y10, Y10, Y10
	VXORPS Y11, Y11, Y11

deep:
	VMOVUPS (BX), Y12
	VMOVUPS 32(BX), Y13
	FLOATS((SI), Y0, Y1)
	FLOATS((SI)(DX*1), Y2, Y3)
	FLOATS((SI)(DX*2), Y4, Y5)
	FLOATS((R8), Y6, Y7)
	FLOATS((R8)(DX*1), Y8, Y9)
	FLOATS((R8)(DX*2), Y10, Y11)
	ADDQ    R9, BX
	ADDQ    $4, SI
	ADDQ    $4, R8
	DECQ    CX
	JNZ     deep

	MOVQ tile32_c(AX), DI
	ADDQ R12, DI
	KEEP(Y0, Y1)
	KEEP(Y2, Y3)
	KEEP(Y4, Y5)
	KEEP(Y6, Y7)
	KEEP(Y8, Y9)
	KEEP(Y10, Y11)
	ADDQ $64, R12
	CMPQ R12, $128
	JLT  half
	VZEROUPPER
	RET
