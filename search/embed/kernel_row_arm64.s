#include "textflag.h"
#include "neon_arm64.h"

// What is done to one row of numbers, with NEON. Every row is a multiple of 16 long.

// func spanNEON(x *float32, n int) (low, high float32)
TEXT ·spanNEON(SB), NOSPLIT, $0-24
	MOVD x+0(FP), R0
	MOVD n+8(FP), R1
	CLEAR(0)
	CLEAR(1)

next:
	VLD1.P 64(R0), [V4.S4, V5.S4, V6.S4, V7.S4]
	FMIN(2, 4, 5)
	FMIN(3, 6, 7)
	FMAX(4, 4, 5)
	FMAX(6, 6, 7)
	FMIN(2, 2, 3)
	FMAX(4, 4, 6)
	FMIN(0, 0, 2)
	FMAX(1, 1, 4)
	SUBS   $16, R1
	BNE    next
	FMINV(0, 0)
	FMAXV(1, 1)
	FMOVS  F0, low+16(FP)
	FMOVS  F1, high+20(FP)
	RET

// PACK turns the whole numbers in V0…V3, held to 0…255, into 16 bytes at R2.
// V30 is 0 and V31 is 255.
#define HOLD(A) \
	FMAX(A, A, 30) \
	FMIN(A, A, 31) \
	FCVTNS(A, A)

#define PACK \
	HOLD(0) \
	HOLD(1) \
	HOLD(2) \
	HOLD(3) \
	XTN4(0, 0)  \
	XTN4B(0, 1) \
	XTN4(2, 2)  \
	XTN4B(2, 3) \
	XTN8(0, 0)  \
	XTN8B(0, 2) \
	VST1.P [V0.B16], 16(R2)

#define ROUND(A) \
	FMUL(A, A, 28) \
	FRINTN(A, A)   \
	FADD(A, A, 29)

// func round8NEON(q *uint8, x *float32, n int, inverse, zero float32)
TEXT ·round8NEON(SB), NOSPLIT, $0-32
	MOVD  q+0(FP), R2
	MOVD  x+8(FP), R0
	MOVD  n+16(FP), R1
	MOVWU inverse+24(FP), R3
	VDUP  R3, V28.S4
	MOVWU zero+28(FP), R3
	VDUP  R3, V29.S4
	CLEAR(30)
	MOVD  $0x437f0000, R3      // 255
	VDUP  R3, V31.S4

next:
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	ROUND(0)
	ROUND(1)
	ROUND(2)
	ROUND(3)
	PACK
	SUBS   $16, R1
	BNE    next
	RET

#define REST(A, Q) \
	UCVTF(Q, Q)    \
	FSUB(Q, Q, 29) \
	FMUL(A, A, 28) \
	FSUB(A, A, Q)  \
	FMUL(A, A, 31) \
	FRINTN(A, A)   \
	FADD(A, A, 27)

// func rest8NEON(rest, q *uint8, x *float32, n int, inverse, zero float32)
TEXT ·rest8NEON(SB), NOSPLIT, $0-40
	MOVD  rest+0(FP), R2
	MOVD  q+8(FP), R4
	MOVD  x+16(FP), R0
	MOVD  n+24(FP), R1
	MOVWU inverse+32(FP), R3
	VDUP  R3, V28.S4
	MOVWU zero+36(FP), R3
	VDUP  R3, V29.S4
	CLEAR(30)
	MOVD  $0x437f0000, R3      // 255
	VDUP  R3, V31.S4
	MOVD  $0x43000000, R3      // 128
	VDUP  R3, V27.S4

next:
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 16(R4), [V8.B16]
	VUXTL  V8.B8, V9.H8
	VUXTL2 V8.B16, V10.H8
	VUXTL  V9.H4, V4.S4
	VUXTL2 V9.H8, V5.S4
	VUXTL  V10.H4, V6.S4
	VUXTL2 V10.H8, V7.S4
	REST(0, 4)
	REST(1, 5)
	REST(2, 6)
	REST(3, 7)
	PACK
	SUBS   $16, R1
	BNE    next
	RET

// P and Q are one step of the two polynomials of erf, in V3 and V4 of x² in V2.
#define POLY(P, Q) \
	COPY(5, P) \
	COPY(6, Q) \
	FMLA(5, 3, 2)         \
	FMLA(6, 4, 2)         \
	COPY(3, 5)   \
	COPY(4, 6)

// func geluNEON(x *float32, n int, c *[16]float32)
// c is 1/√2, −3.9, 3.9, ½, then P and Q of erf from the highest power.
TEXT ·geluNEON(SB), NOSPLIT, $0-24
	MOVD    x+0(FP), R0
	MOVD    n+8(FP), R1
	MOVD    c+16(FP), R2
	VLD1R.P 4(R2), [V16.S4]
	VLD1R.P 4(R2), [V17.S4]
	VLD1R.P 4(R2), [V18.S4]
	VLD1R.P 4(R2), [V19.S4]
	VLD1R.P 4(R2), [V20.S4]
	VLD1R.P 4(R2), [V21.S4]
	VLD1R.P 4(R2), [V22.S4]
	VLD1R.P 4(R2), [V23.S4]
	VLD1R.P 4(R2), [V24.S4]
	VLD1R.P 4(R2), [V25.S4]
	VLD1R.P 4(R2), [V26.S4]
	VLD1R.P 4(R2), [V27.S4]
	VLD1R.P 4(R2), [V28.S4]
	VLD1R.P 4(R2), [V29.S4]
	VLD1R.P 4(R2), [V30.S4]
	VLD1R.P 4(R2), [V31.S4]

next:
	VLD1  (R0), [V0.S4]
	FMUL(1, 0, 16)
	FMAX(1, 1, 17)
	FMIN(1, 1, 18)
	FMUL(2, 1, 1)
	VMOV  V20.B16, V3.B16
	VMOV  V26.B16, V4.B16
	POLY(21, 27)
	POLY(22, 28)
	POLY(23, 29)
	POLY(24, 30)
	POLY(25, 31)
	FMUL(3, 3, 1)
	FDIV(3, 3, 4)
	FMUL(0, 0, 19)
	FMLA(0, 0, 3)
	VST1.P [V0.S4], 16(R0)
	SUBS  $4, R1
	BNE   next
	RET

// func normNEON(x, y, gamma, beta *float32, n int, share, epsilon float32)
// share is 1/n.
TEXT ·normNEON(SB), NOSPLIT, $0-48
	MOVD  x+0(FP), R0
	MOVD  y+8(FP), R2
	MOVD  n+32(FP), R1
	MOVD  R0, R3
	CLEAR(16)
	CLEAR(17)

sum:
	VLD1   (R3), [V0.S4, V1.S4]
	VLD1.P 32(R2), [V2.S4, V3.S4]
	FADD(0, 0, 2)
	FADD(1, 1, 3)
	FADD(16, 16, 0)
	FADD(17, 17, 1)
	VST1.P [V0.S4, V1.S4], 32(R3)
	SUBS   $8, R1
	BNE    sum
	FADD(16, 16, 17)
	FADDP(16, 16, 16)
	FADDP(16, 16, 16)
	FMOVS  share+40(FP), F30
	FMULS  F30, F16, F16
	VDUP   V16.S[0], V31.S4
	CLEAR(16)
	CLEAR(17)
	MOVD   R0, R3
	MOVD   n+32(FP), R1

square:
	VLD1.P 32(R3), [V0.S4, V1.S4]
	FSUB(0, 0, 31)
	FSUB(1, 1, 31)
	FMLA(16, 0, 0)
	FMLA(17, 1, 1)
	SUBS   $8, R1
	BNE    square
	FADD(16, 16, 17)
	FADDP(16, 16, 16)
	FADDP(16, 16, 16)
	FMULS  F30, F16, F16
	FMOVS  epsilon+44(FP), F17
	FADDS  F17, F16, F16
	FSQRTS F16, F16
	FMOVS  $1.0, F17
	FDIVS  F16, F17, F16
	VDUP   V16.S[0], V30.S4
	MOVD   gamma+16(FP), R2
	MOVD   beta+24(FP), R4
	MOVD   n+32(FP), R1

scale:
	VLD1   (R0), [V0.S4, V1.S4]
	VLD1.P 32(R2), [V2.S4, V3.S4]
	VLD1.P 32(R4), [V4.S4, V5.S4]
	FSUB(0, 0, 31)
	FSUB(1, 1, 31)
	FMUL(0, 0, 30)
	FMUL(1, 1, 30)
	FMLA(4, 0, 2)
	FMLA(5, 1, 3)
	VST1.P [V4.S4, V5.S4], 32(R0)
	SUBS   $8, R1
	BNE    scale
	RET

#define TAYLOR(C) \
	COPY(3, C) \
	FMLA(3, 2, 0)         \
	COPY(2, 3)

// func softmaxNEON(x *float32, n int, scale float32, c *[8]float32) (sum float32)
// scale is that of the exponent of 2; c is −125, then 2^f from the highest power.
TEXT ·softmaxNEON(SB), NOSPLIT, $0-36
	MOVD  x+0(FP), R0
	MOVD  n+8(FP), R1
	MOVD  R0, R3
	VLD1  (R0), [V16.S4]

most:
	VLD1.P 32(R3), [V0.S4, V1.S4]
	FMAX(0, 0, 1)
	FMAX(16, 16, 0)
	SUBS   $8, R1
	BNE    most
	FMAXV(16, 16)
	VDUP   V16.S[0], V31.S4
	MOVWU  scale+16(FP), R4
	VDUP   R4, V30.S4
	MOVD   c+24(FP), R2
	VLD1R.P 4(R2), [V20.S4]
	VLD1R.P 4(R2), [V21.S4]
	VLD1R.P 4(R2), [V22.S4]
	VLD1R.P 4(R2), [V23.S4]
	VLD1R.P 4(R2), [V24.S4]
	VLD1R.P 4(R2), [V25.S4]
	VLD1R.P 4(R2), [V26.S4]
	VLD1R.P 4(R2), [V27.S4]
	MOVD   n+8(FP), R1
	CLEAR(16)

power:
	VLD1   (R0), [V0.S4]
	FSUB(0, 0, 31)
	FMUL(0, 0, 30)
	FMAX(0, 0, 20)
	FRINTN(1, 0)
	FSUB(0, 0, 1)
	VMOV   V21.B16, V2.B16
	TAYLOR(22)
	TAYLOR(23)
	TAYLOR(24)
	TAYLOR(25)
	TAYLOR(26)
	TAYLOR(27)
	FCVTNS(1, 1)
	VSHL   $23, V1.S4, V1.S4
	VADD   V1.S4, V2.S4, V2.S4
	FADD(16, 16, 2)
	VST1.P [V2.S4], 16(R0)
	SUBS   $4, R1
	BNE    power
	FADDP(16, 16, 16)
	FADDP(16, 16, 16)
	FMOVS  F16, sum+32(FP)
	RET
