#include "textflag.h"

// What is done to one row of numbers, with AVX2 and FMA. Every row is a multiple of 16 long.

// FOLD folds the eight numbers of Y into X, by an operation on two registers.
#define FOLD(OP, Y, X, TX) \
	VEXTRACTF128 $1, Y, TX     \
	OP           TX, X, X      \
	VPERMILPS    $0x4e, X, TX  \
	OP           TX, X, X      \
	VPERMILPS    $0xb1, X, TX  \
	OP           TX, X, X

// func spanAVX2(x *float32, n int) (low, high float32)
TEXT ·spanAVX2(SB), NOSPLIT, $0-24
	MOVQ   x+0(FP), SI
	MOVQ   n+8(FP), CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3

next:
	VMOVUPS (SI), Y4
	VMOVUPS 32(SI), Y5
	VMINPS  Y4, Y0, Y0
	VMAXPS  Y4, Y1, Y1
	VMINPS  Y5, Y2, Y2
	VMAXPS  Y5, Y3, Y3
	ADDQ    $64, SI
	SUBQ    $16, CX
	JNZ     next
	VMINPS  Y2, Y0, Y0
	VMAXPS  Y3, Y1, Y1
	FOLD(VMINPS, Y0, X0, X2)
	FOLD(VMAXPS, Y1, X1, X2)
	VMOVSS  X0, low+16(FP)
	VMOVSS  X1, high+20(FP)
	VZEROUPPER
	RET

DATA most8<>+0(SB)/4, $255.0
DATA most8<>+4(SB)/4, $128.0
GLOBL most8<>(SB), RODATA|NOPTR, $8

// PACK turns the whole numbers in Y0 and Y1, held to 0…255, into 16 bytes at (DI).
// Y12 is 0 and Y13 is 255.
#define PACK \
	VMAXPS    Y12, Y0, Y0    \
	VMAXPS    Y12, Y1, Y1    \
	VMINPS    Y13, Y0, Y0    \
	VMINPS    Y13, Y1, Y1    \
	VCVTPS2DQ Y0, Y0         \
	VCVTPS2DQ Y1, Y1         \
	VPACKUSDW Y1, Y0, Y0     \
	VPERMQ    $0xd8, Y0, Y0  \
	VEXTRACTI128 $1, Y0, X1  \
	VPACKUSWB X1, X0, X0     \
	VMOVDQU   X0, (DI)

// func round8AVX2(q *uint8, x *float32, n int, inverse, zero float32)
TEXT ·round8AVX2(SB), NOSPLIT, $0-32
	MOVQ         q+0(FP), DI
	MOVQ         x+8(FP), SI
	MOVQ         n+16(FP), CX
	VBROADCASTSS inverse+24(FP), Y14
	VBROADCASTSS zero+28(FP), Y15
	VXORPS       Y12, Y12, Y12
	VBROADCASTSS most8<>+0(SB), Y13

next:
	VMULPS   (SI), Y14, Y0
	VMULPS   32(SI), Y14, Y1
	VROUNDPS $0, Y0, Y0
	VROUNDPS $0, Y1, Y1
	VADDPS   Y15, Y0, Y0
	VADDPS   Y15, Y1, Y1
	PACK
	ADDQ     $64, SI
	ADDQ     $16, DI
	SUBQ     $16, CX
	JNZ      next
	VZEROUPPER
	RET

#define REST(Q, X, Y) \
	VPMOVZXBD Q, Y         \
	VCVTDQ2PS Y, Y         \
	VSUBPS    Y15, Y, Y    \
	VMULPS    X, Y14, Y2   \
	VSUBPS    Y, Y2, Y     \
	VMULPS    Y13, Y, Y    \
	VROUNDPS  $0, Y, Y     \
	VADDPS    Y11, Y, Y

// func rest8AVX2(rest, q *uint8, x *float32, n int, inverse, zero float32)
TEXT ·rest8AVX2(SB), NOSPLIT, $0-40
	MOVQ         rest+0(FP), DI
	MOVQ         q+8(FP), BX
	MOVQ         x+16(FP), SI
	MOVQ         n+24(FP), CX
	VBROADCASTSS inverse+32(FP), Y14
	VBROADCASTSS zero+36(FP), Y15
	VXORPS       Y12, Y12, Y12
	VBROADCASTSS most8<>+0(SB), Y13
	VBROADCASTSS most8<>+4(SB), Y11

next:
	REST((BX), (SI), Y0)
	REST(8(BX), 32(SI), Y1)
	PACK
	ADDQ $64, SI
	ADDQ $16, BX
	ADDQ $16, DI
	SUBQ $16, CX
	JNZ  next
	VZEROUPPER
	RET

// Constants of gelu: 1/√2, −3.9, 3.9, ½, 1, then P and Q of erf from the highest power.
DATA gelus<>+0(SB)/4, $0.70710678
DATA gelus<>+4(SB)/4, $-3.9
DATA gelus<>+8(SB)/4, $3.9
DATA gelus<>+12(SB)/4, $0.5
DATA gelus<>+16(SB)/4, $1.0
DATA gelus<>+20(SB)/4, $2.0664717794716125e-06
DATA gelus<>+24(SB)/4, $0.0002850622986443341
DATA gelus<>+28(SB)/4, $0.003738352097570896
DATA gelus<>+32(SB)/4, $0.05266810208559036
DATA gelus<>+36(SB)/4, $0.1896669715642929
DATA gelus<>+40(SB)/4, $1.1283791065216064
DATA gelus<>+44(SB)/4, $3.827001273748465e-05
DATA gelus<>+48(SB)/4, $0.0011573776137083769
DATA gelus<>+52(SB)/4, $0.014914289116859436
DATA gelus<>+56(SB)/4, $0.11381901800632477
DATA gelus<>+60(SB)/4, $0.5014207363128662
GLOBL gelus<>(SB), RODATA|NOPTR, $64

// func geluAVX2(x *float32, n int)
TEXT ·geluAVX2(SB), NOSPLIT, $0-16
	MOVQ         x+0(FP), SI
	MOVQ         n+8(FP), CX
	VBROADCASTSS gelus<>+0(SB), Y7
	VBROADCASTSS gelus<>+4(SB), Y8
	VBROADCASTSS gelus<>+8(SB), Y9
	VBROADCASTSS gelus<>+16(SB), Y10
	VBROADCASTSS gelus<>+12(SB), Y11
	VBROADCASTSS gelus<>+20(SB), Y12
	VBROADCASTSS gelus<>+44(SB), Y13

next:
	VMOVUPS      (SI), Y0
	VMULPS       Y7, Y0, Y1
	VMAXPS       Y8, Y1, Y1
	VMINPS       Y9, Y1, Y1
	VMULPS       Y1, Y1, Y2
	VMOVAPS      Y12, Y3
	VMOVAPS      Y13, Y4
	VBROADCASTSS gelus<>+24(SB), Y14
	VBROADCASTSS gelus<>+48(SB), Y15
	VFMADD213PS  Y14, Y2, Y3
	VFMADD213PS  Y15, Y2, Y4
	VBROADCASTSS gelus<>+28(SB), Y14
	VBROADCASTSS gelus<>+52(SB), Y15
	VFMADD213PS  Y14, Y2, Y3
	VFMADD213PS  Y15, Y2, Y4
	VBROADCASTSS gelus<>+32(SB), Y14
	VBROADCASTSS gelus<>+56(SB), Y15
	VFMADD213PS  Y14, Y2, Y3
	VFMADD213PS  Y15, Y2, Y4
	VBROADCASTSS gelus<>+36(SB), Y14
	VBROADCASTSS gelus<>+60(SB), Y15
	VFMADD213PS  Y14, Y2, Y3
	VFMADD213PS  Y15, Y2, Y4
	VBROADCASTSS gelus<>+40(SB), Y14
	VFMADD213PS  Y14, Y2, Y3
	VFMADD213PS  Y10, Y2, Y4
	VMULPS       Y1, Y3, Y3
	VDIVPS       Y4, Y3, Y3
	VADDPS       Y10, Y3, Y3
	VMULPS       Y11, Y0, Y0
	VMULPS       Y3, Y0, Y0
	VMOVUPS      Y0, (SI)
	ADDQ         $32, SI
	SUBQ         $8, CX
	JNZ          next
	VZEROUPPER
	RET

// func normAVX2(x, y, gamma, beta *float32, n int, share, epsilon float32)
// share is 1/n.
TEXT ·normAVX2(SB), NOSPLIT, $0-48
	MOVQ         x+0(FP), DI
	MOVQ         y+8(FP), SI
	MOVQ         n+32(FP), CX
	VBROADCASTSS share+40(FP), Y15
	VXORPS       Y0, Y0, Y0
	VXORPS       Y1, Y1, Y1
	XORQ         AX, AX

sum:
	VMOVUPS (DI)(AX*4), Y2
	VMOVUPS 32(DI)(AX*4), Y3
	VADDPS  (SI)(AX*4), Y2, Y2
	VADDPS  32(SI)(AX*4), Y3, Y3
	VADDPS  Y2, Y0, Y0
	VADDPS  Y3, Y1, Y1
	VMOVUPS Y2, (DI)(AX*4)
	VMOVUPS Y3, 32(DI)(AX*4)
	ADDQ    $16, AX
	CMPQ    AX, CX
	JLT     sum
	VADDPS  Y1, Y0, Y0
	FOLD(VADDPS, Y0, X0, X1)
	VMULSS  X15, X0, X0
	VBROADCASTSS X0, Y14
	VXORPS  Y0, Y0, Y0
	VXORPS  Y1, Y1, Y1
	XORQ    AX, AX

square:
	VMOVUPS (DI)(AX*4), Y2
	VMOVUPS 32(DI)(AX*4), Y3
	VSUBPS  Y14, Y2, Y2
	VSUBPS  Y14, Y3, Y3
	VFMADD231PS Y2, Y2, Y0
	VFMADD231PS Y3, Y3, Y1
	ADDQ    $16, AX
	CMPQ    AX, CX
	JLT     square
	VADDPS  Y1, Y0, Y0
	FOLD(VADDPS, Y0, X0, X1)
	VMULSS  X15, X0, X0
	VADDSS  epsilon+44(FP), X0, X0
	VSQRTSS X0, X0, X0
	MOVQ    gamma+16(FP), SI
	MOVQ    beta+24(FP), BX
	VMOVSS  gelus<>+16(SB), X1
	VDIVSS  X0, X1, X0
	VBROADCASTSS X0, Y15
	XORQ    AX, AX

scale:
	VMOVUPS (DI)(AX*4), Y2
	VSUBPS  Y14, Y2, Y2
	VMULPS  Y15, Y2, Y2
	VMOVUPS (SI)(AX*4), Y3
	VFMADD213PS (BX)(AX*4), Y3, Y2
	VMOVUPS Y2, (DI)(AX*4)
	ADDQ    $8, AX
	CMPQ    AX, CX
	JLT     scale
	VZEROUPPER
	RET

// Constants of softmax: −125, then the Taylor series of 2^f from the highest power.
DATA exps<>+0(SB)/4, $-125.0
DATA exps<>+4(SB)/4, $0.00015403530
DATA exps<>+8(SB)/4, $0.0013333558
DATA exps<>+12(SB)/4, $0.009618129
DATA exps<>+16(SB)/4, $0.05550411
DATA exps<>+20(SB)/4, $0.2402265
DATA exps<>+24(SB)/4, $0.6931472
DATA exps<>+28(SB)/4, $1.0
GLOBL exps<>(SB), RODATA|NOPTR, $32

// func softmaxAVX2(x *float32, n int, scale float32) (sum float32)
// scale is that of the exponent of 2.
TEXT ·softmaxAVX2(SB), NOSPLIT, $0-28
	MOVQ    x+0(FP), SI
	MOVQ    n+8(FP), CX
	XORQ    AX, AX
	VMOVUPS (SI), Y0
	VMOVUPS Y0, Y1

most:
	VMAXPS (SI)(AX*4), Y0, Y0
	VMAXPS 32(SI)(AX*4), Y1, Y1
	ADDQ   $16, AX
	CMPQ   AX, CX
	JLT    most
	VMAXPS Y1, Y0, Y0
	FOLD(VMAXPS, Y0, X0, X1)
	VBROADCASTSS X0, Y14
	VBROADCASTSS scale+16(FP), Y15
	VBROADCASTSS exps<>+0(SB), Y5
	VBROADCASTSS exps<>+4(SB), Y6
	VBROADCASTSS exps<>+8(SB), Y7
	VBROADCASTSS exps<>+12(SB), Y8
	VBROADCASTSS exps<>+16(SB), Y9
	VBROADCASTSS exps<>+20(SB), Y10
	VBROADCASTSS exps<>+24(SB), Y11
	VBROADCASTSS exps<>+28(SB), Y12
	VXORPS Y13, Y13, Y13
	XORQ   AX, AX

power:
	VMOVUPS     (SI)(AX*4), Y0
	VSUBPS      Y14, Y0, Y0
	VMULPS      Y15, Y0, Y0
	VMAXPS      Y5, Y0, Y0
	VROUNDPS    $0, Y0, Y1
	VSUBPS      Y1, Y0, Y0
	VMOVAPS     Y6, Y2
	VFMADD213PS Y7, Y0, Y2
	VFMADD213PS Y8, Y0, Y2
	VFMADD213PS Y9, Y0, Y2
	VFMADD213PS Y10, Y0, Y2
	VFMADD213PS Y11, Y0, Y2
	VFMADD213PS Y12, Y0, Y2
	VCVTPS2DQ   Y1, Y1
	VPSLLD      $23, Y1, Y1
	VPADDD      Y1, Y2, Y2
	VADDPS      Y2, Y13, Y13
	VMOVUPS     Y2, (SI)(AX*4)
	ADDQ        $8, AX
	CMPQ        AX, CX
	JLT         power
	FOLD(VADDPS, Y13, X13, X1)
	VMOVSS X13, sum+24(FP)
	VZEROUPPER
	RET
