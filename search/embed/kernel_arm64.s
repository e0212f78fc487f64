#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

// The products with NEON, and with its dot products for bytes.

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
