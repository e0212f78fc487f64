#include "textflag.h"

// func gapsAVX512(out *[128]uint32, src *byte, turns, width int, last uint32, spread *gapSpread)
//
// Sixteen documents a turn. Each number's four bytes are put into a lane and shifted down; the
// sums of the numbers before are doubled in reach four times, and the last is carried on.
TEXT ·gapsAVX512(SB), NOSPLIT, $0-48
	MOVQ out+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ turns+16(FP), CX
	MOVQ width+24(FP), DX
	MOVL last+32(FP), AX
	VPBROADCASTD AX, Z10
	MOVQ spread+40(FP), BX
	VMOVDQU8 (BX), Z1
	VMOVDQU32 64(BX), Z2
	MOVL $1, AX
	VPBROADCASTD AX, Z4
	SHLXL DX, AX, AX
	DECL AX
	VPBROADCASTD AX, Z3
	VPXORD Z5, Z5, Z5
	MOVL $15, AX
	VPBROADCASTD AX, Z6
	ADDQ DX, DX

gaps512:
	VMOVDQU8 (SI), Z0
	VPERMB Z0, Z1, Z0
	VPSRLVD Z2, Z0, Z0
	VPANDD Z3, Z0, Z0
	VPADDD Z4, Z0, Z0
	VALIGND $15, Z5, Z0, Z7
	VPADDD Z7, Z0, Z0
	VALIGND $14, Z5, Z0, Z7
	VPADDD Z7, Z0, Z0
	VALIGND $12, Z5, Z0, Z7
	VPADDD Z7, Z0, Z0
	VALIGND $8, Z5, Z0, Z7
	VPADDD Z7, Z0, Z0
	VPADDD Z10, Z0, Z0
	VMOVDQU32 Z0, (DI)
	VPERMD Z0, Z6, Z10
	ADDQ DX, SI
	ADDQ $64, DI
	DECQ CX
	JNZ  gaps512
	VZEROUPPER
	RET

// func symbolsAVX512(out *[128]byte, src *byte, turns, width int, spread *symbolSpread, table *[128]byte)
//
// Sixty-four symbols a turn. Eight codes fill as many bytes as they are bits wide, which are
// put into a lane; from there each is shifted down into a byte, and looked up.
TEXT ·symbolsAVX512(SB), NOSPLIT, $0-48
	MOVQ out+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ turns+16(FP), CX
	MOVQ width+24(FP), DX
	MOVQ spread+32(FP), BX
	VMOVDQU8 (BX), Z1
	VMOVDQU8 64(BX), Z2
	MOVQ table+40(FP), BX
	VMOVDQU8 (BX), Z20
	VMOVDQU8 64(BX), Z21
	MOVL $1, AX
	SHLXL DX, AX, AX
	DECL AX
	VPBROADCASTB AX, Z3
	SHLQ $3, DX

symbols512:
	VMOVDQU8 (SI), Z0
	VPERMB Z0, Z1, Z0
	VPMULTISHIFTQB Z0, Z2, Z0
	VPANDD Z3, Z0, Z0
	VPERMI2B Z21, Z20, Z0
	VMOVDQU8 Z0, (DI)
	ADDQ DX, SI
	ADDQ $64, DI
	DECQ CX
	JNZ  symbols512
	VZEROUPPER
	RET
