#include "go_asm.h"
#include "textflag.h"

// NEON with the dot products of ARMv8.2. Go's assembler lacks most of the
// instructions on vectors of floats; they stand here as words, with the registers
// in the order of the manual: SDOT(d, n, m) is SDOT Vd.4S, Vn.16B, Vm.16B.

#define VVV(OP, D, N, M) WORD $((OP) | (M)<<16 | (N)<<5 | (D))
#define VV(OP, D, N) WORD $((OP) | (N)<<5 | (D))

// SDOT by the four bytes at place I of Vm.
#define SDOTL(D, N, M, I) WORD $(0x4f80e000 | ((I)&1)<<21 | ((I)>>1)<<11 | (M)<<16 | (N)<<5 | (D))
#define MLS(D, N, M) VVV(0x6ea09400, D, N, M)
#define FADD(D, N, M) VVV(0x4e20d400, D, N, M)
#define FSUB(D, N, M) VVV(0x4ea0d400, D, N, M)
#define FMUL(D, N, M) VVV(0x6e20dc00, D, N, M)
#define FDIV(D, N, M) VVV(0x6e20fc00, D, N, M)
#define FMAX(D, N, M) VVV(0x4e20f400, D, N, M)
#define FMIN(D, N, M) VVV(0x4ea0f400, D, N, M)
#define FMLA(D, N, M) VVV(0x4e20cc00, D, N, M)
#define FADDP(D, N, M) VVV(0x6e20d400, D, N, M)
#define FMAXV(D, N) VV(0x6e30f800, D, N)
#define FMINV(D, N) VV(0x6eb0f800, D, N)
#define SCVTF(D, N) VV(0x4e21d800, D, N)
#define UCVTF(D, N) VV(0x6e21d800, D, N)
#define FRINTN(D, N) VV(0x4e218800, D, N)
#define FCVTNS(D, N) VV(0x4e21a800, D, N)
#define XTN4(D, N) VV(0x0e612800, D, N)
#define XTN4B(D, N) VV(0x4e612800, D, N)
#define XTN8(D, N) VV(0x0e212800, D, N)
#define XTN8B(D, N) VV(0x4e212800, D, N)

#define CLEAR(D) VVV(0x6e201c00, D, D, D)
#define COPY(D, N) VVV(0x4ea01c00, D, N, N)

// ST1 {Vd.4S, Vd+1.4S}, [Rn]
#define STORE2(D, N) VV(0x4c00a800, D, N)

// Two columns of four sums, of rows in V12…V17, by the bytes at place I.
#define STEP(I) \
	VLD1 (R5), [V18.B16, V19.B16] \
	ADD  $256, R5                 \
	SDOTL(0, 18, 12, I)           \
	SDOTL(1, 19, 12, I)           \
	SDOTL(2, 18, 13, I)           \
	SDOTL(3, 19, 13, I)           \
	SDOTL(4, 18, 14, I)           \
	SDOTL(5, 19, 14, I)           \
	SDOTL(6, 18, 15, I)           \
	SDOTL(7, 19, 15, I)           \
	SDOTL(8, 18, 16, I)           \
	SDOTL(9, 19, 16, I)           \
	SDOTL(10, 18, 17, I)          \
	SDOTL(11, 19, 17, I)

#define LOAD(R, V) \
	VLD1.P 16(R), [V.B16] \
	VEOR   V31.B16, V.B16, V.B16

// One row of 8 columns: less (zero − 128) × sum, times the scales, plus the bias.
#define SCALE(A, B) \
	MOVW.P 4(R19), R7             \
	SUB    $128, R7, R7           \
	VDUP   R7, V26.S4             \
	MLS(A, 20, 26)                \
	MLS(B, 21, 26)                \
	SCVTF(A, A)                   \
	SCVTF(B, B)                   \
	FMUL(A, A, 22)                \
	FMUL(B, B, 23)                \
	MOVWU.P 4(R20), R7            \
	VDUP   R7, V26.S4             \
	FMUL(A, A, 26)                \
	FMUL(B, B, 26)                \
	VLD1   (R21), [V24.S4, V25.S4] \
	FADD(A, A, 24)                \
	FADD(B, B, 25)                \
	STORE2(A, 22) \
	ADD    R23, R21, R21          \
	ADD    R24, R22, R22

// func dot8NEON(t *tile8, steps int)
TEXT ·dot8NEON(SB), NOSPLIT, $0-16
	MOVD  t+0(FP), R0
	MOVD  steps+8(FP), R1
	MOVD  tile8_aRow(R0), R2
	MOVD  $0, R3               // the bytes before the 8 columns
	VMOVI $128, V31.B16

columns:
	CLEAR(0)
	CLEAR(1)
	CLEAR(2)
	CLEAR(3)
	CLEAR(4)
	CLEAR(5)
	CLEAR(6)
	CLEAR(7)
	CLEAR(8)
	CLEAR(9)
	CLEAR(10)
	CLEAR(11)
	MOVD tile8_w(R0), R5
	ADD  R3, R5, R5
	MOVD tile8_a(R0), R8
	ADD  R2, R8, R9
	ADD  R2, R9, R10
	ADD  R2, R10, R11
	ADD  R2, R11, R12
	ADD  R2, R12, R13
	MOVD R1, R6

steps:
	LOAD(R8, V12)
	LOAD(R9, V13)
	LOAD(R10, V14)
	LOAD(R11, V15)
	LOAD(R12, V16)
	LOAD(R13, V17)
	STEP(0)
	STEP(1)
	STEP(2)
	STEP(3)
	SUBS $4, R6
	BNE  steps

	MOVD tile8_zero(R0), R19
	MOVD tile8_scale(R0), R20
	MOVD tile8_sum(R0), R7
	ADD  R3, R7, R7
	VLD1 (R7), [V20.S4, V21.S4]
	MOVD tile8_wscale(R0), R7
	ADD  R3, R7, R7
	VLD1 (R7), [V22.S4, V23.S4]
	MOVD tile8_bias(R0), R21
	ADD  R3, R21, R21
	MOVD tile8_c(R0), R22
	ADD  R3, R22, R22
	MOVD tile8_addRow(R0), R23
	MOVD tile8_cRow(R0), R24
	SCALE(0, 1)
	SCALE(2, 3)
	SCALE(4, 5)
	SCALE(6, 7)
	SCALE(8, 9)
	SCALE(10, 11)
	ADD  $32, R3
	CMP  $256, R3
	BLT  columns
	RET

#define FLOATS(R, A, B) \
	VLD1R.P 4(R), [V14.S4] \
	FMLA(A, 12, 14)        \
	FMLA(B, 13, 14)

#define KEEP(A, B) \
	STORE2(A, 5) \
	ADD  R6, R5, R5

// func dot32NEON(t *tile32, depth int)
TEXT ·dot32NEON(SB), NOSPLIT, $0-16
	MOVD t+0(FP), R0
	MOVD depth+8(FP), R1
	MOVD tile32_aRow(R0), R2
	MOVD tile32_bRow(R0), R4
	MOVD $0, R3               // the bytes before the 8 columns

columns:
	CLEAR(0)
	CLEAR(1)
	CLEAR(2)
	CLEAR(3)
	CLEAR(4)
	CLEAR(5)
	CLEAR(6)
	CLEAR(7)
	CLEAR(8)
	CLEAR(9)
	CLEAR(10)
	CLEAR(11)
	MOVD tile32_b(R0), R5
	ADD  R3, R5, R5
	MOVD tile32_a(R0), R8
	ADD  R2, R8, R9
	ADD  R2, R9, R10
	ADD  R2, R10, R11
	ADD  R2, R11, R12
	ADD  R2, R12, R13
	MOVD R1, R6

deep:
	VLD1 (R5), [V12.S4, V13.S4]
	ADD  R4, R5, R5
	FLOATS(R8, 0, 1)
	FLOATS(R9, 2, 3)
	FLOATS(R10, 4, 5)
	FLOATS(R11, 6, 7)
	FLOATS(R12, 8, 9)
	FLOATS(R13, 10, 11)
	SUBS $1, R6
	BNE  deep

	MOVD tile32_c(R0), R5
	ADD  R3, R5, R5
	MOVD tile32_cRow(R0), R6
	KEEP(0, 1)
	KEEP(2, 3)
	KEEP(4, 5)
	KEEP(6, 7)
	KEEP(8, 9)
	KEEP(10, 11)
	ADD  $32, R3
	CMP  $128, R3
	BLT  columns
	RET

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
