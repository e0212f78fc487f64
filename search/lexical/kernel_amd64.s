#include "textflag.h"

// func addDenseAVX512(acc *uint16, words *uint64, imps *byte, n int, weight uint16)
//
// 64 documents a turn: the next impacts are spread over the set bits, widened to
// the upper halves of 16-bit lanes, multiplied and added.
TEXT ·addDenseAVX512(SB), NOSPLIT, $0-34
	MOVQ acc+0(FP), DI
	MOVQ words+8(FP), SI
	MOVQ imps+16(FP), DX
	MOVQ n+24(FP), CX
	MOVWLZX weight+32(FP), AX
	VPBROADCASTW AX, Z31

loop512:
	MOVQ (SI), R8
	TESTQ R8, R8
	JZ   next512
	KMOVQ R8, K1
	VMOVDQU8 (DX), Z0
	VPEXPANDB.Z Z0, K1, Z1
	VEXTRACTI64X4 $1, Z1, Y2
	VPMOVZXBW Y1, Z3
	VPMOVZXBW Y2, Z4
	VPSLLW $8, Z3, Z3
	VPSLLW $8, Z4, Z4
	VPMULHUW Z31, Z3, Z3
	VPMULHUW Z31, Z4, Z4
	VPADDW (DI), Z3, Z3
	VPADDW 64(DI), Z4, Z4
	VMOVDQU64 Z3, (DI)
	VMOVDQU64 Z4, 64(DI)
	POPCNTQ R8, R9
	ADDQ R9, DX

next512:
	ADDQ $8, SI
	ADDQ $128, DI
	DECQ CX
	JNZ  loop512
	VZEROUPPER
	RET

// func atLeastAVX512(out *uint64, acc *uint16, n int, need uint16)
TEXT ·atLeastAVX512(SB), NOSPLIT, $0-26
	MOVQ out+0(FP), DI
	MOVQ acc+8(FP), SI
	MOVQ n+16(FP), CX
	MOVWLZX need+24(FP), AX
	VPBROADCASTW AX, Z31

above512:
	VMOVDQU64 (SI), Z0
	VMOVDQU64 64(SI), Z1
	VPCMPUW $5, Z31, Z0, K1
	VPCMPUW $5, Z31, Z1, K2
	KMOVD K1, R8
	KMOVD K2, R9
	MOVL R8, (DI)
	MOVL R9, 4(DI)
	ADDQ $8, DI
	ADDQ $128, SI
	DECQ CX
	JNZ  above512
	VZEROUPPER
	RET

// func addDenseAVX2(acc *uint16, words *uint64, imps *byte, n int, weight uint16, spread *[256]uint64)
//
// 8 documents a turn: a table says how the next impacts spread over the bits of a byte.
TEXT ·addDenseAVX2(SB), NOSPLIT, $0-48
	MOVQ acc+0(FP), DI
	MOVQ words+8(FP), SI
	MOVQ imps+16(FP), DX
	MOVQ n+24(FP), CX
	MOVWLZX weight+32(FP), AX
	MOVQ spread+40(FP), BX
	VMOVD AX, X15
	VPBROADCASTW X15, X15
	SHLQ $3, CX

loop256:
	MOVBQZX (SI), R8
	TESTQ R8, R8
	JZ   next256
	VMOVQ (DX), X0
	VMOVQ (BX)(R8*8), X1
	VPSHUFB X1, X0, X0
	VPMOVZXBW X0, X0
	VPSLLW $8, X0, X0
	VPMULHUW X15, X0, X0
	VPADDW (DI), X0, X0
	VMOVDQU X0, (DI)
	POPCNTQ R8, R9
	ADDQ R9, DX

next256:
	INCQ SI
	ADDQ $16, DI
	DECQ CX
	JNZ  loop256
	VZEROUPPER
	RET

// func atLeastAVX2(out *uint64, acc *uint16, n int, need uint16)
//
// v >= need where the larger of the two is v.
TEXT ·atLeastAVX2(SB), NOSPLIT, $0-26
	MOVQ out+0(FP), DI
	MOVQ acc+8(FP), SI
	MOVQ n+16(FP), CX
	MOVWLZX need+24(FP), AX
	VMOVD AX, X15
	VPBROADCASTW X15, Y15
	SHLQ $1, CX

above256:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VPMAXUW Y15, Y0, Y2
	VPMAXUW Y15, Y1, Y3
	VPCMPEQW Y0, Y2, Y2
	VPCMPEQW Y1, Y3, Y3
	VPACKSSWB Y3, Y2, Y2
	VPERMQ $0xD8, Y2, Y2
	VPMOVMSKB Y2, R8
	MOVL R8, (DI)
	ADDQ $4, DI
	ADDQ $64, SI
	DECQ CX
	JNZ  above256
	VZEROUPPER
	RET
