#include "textflag.h"

// func dotsVNNI(products *int32, n int, rows *uint8, q *int8, dim int)
TEXT ·dotsVNNI(SB), NOSPLIT, $0-40
	MOVQ products+0(FP), DI
	MOVQ n+8(FP), CX
	MOVQ rows+16(FP), SI
	MOVQ q+24(FP), BX
	MOVQ dim+32(FP), DX
	LEAQ (DX)(DX*2), R9
	SUBQ $4, CX
	JLT  rest

// Four rows at once; their sums are folded together.
four:
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	XORQ   AX, AX
	MOVQ   SI, R8

four64:
	VMOVDQU32   (BX)(AX*1), Z8
	VMOVDQU32   (R8), Z4
	VMOVDQU32   (R8)(DX*1), Z5
	VMOVDQU32   (R8)(DX*2), Z6
	VMOVDQU32   (R8)(R9*1), Z7
	VPDPBUSD    Z8, Z4, Z0
	VPDPBUSD    Z8, Z5, Z1
	VPDPBUSD    Z8, Z6, Z2
	VPDPBUSD    Z8, Z7, Z3
	PREFETCHT0  2048(R8)
	PREFETCHT0  2048(R8)(DX*2)
	ADDQ        $64, R8
	ADDQ        $64, AX
	CMPQ        AX, DX
	JLT         four64
	VEXTRACTI64X4 $1, Z0, Y4
	VEXTRACTI64X4 $1, Z1, Y5
	VEXTRACTI64X4 $1, Z2, Y6
	VEXTRACTI64X4 $1, Z3, Y7
	VPADDD      Y4, Y0, Y0
	VPADDD      Y5, Y1, Y1
	VPADDD      Y6, Y2, Y2
	VPADDD      Y7, Y3, Y3
	VPHADDD     Y1, Y0, Y0
	VPHADDD     Y3, Y2, Y2
	VPHADDD     Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD      X1, X0, X0
	VMOVDQU     X0, (DI)
	ADDQ        $16, DI
	LEAQ        (SI)(DX*4), SI
	SUBQ        $4, CX
	JGE         four

rest:
	ADDQ $4, CX
	JZ   done

one:
	VPXORD Z0, Z0, Z0
	XORQ   AX, AX

one64:
	VMOVDQU32 (BX)(AX*1), Z8
	VMOVDQU32 (SI)(AX*1), Z4
	VPDPBUSD  Z8, Z4, Z0
	ADDQ      $64, AX
	CMPQ      AX, DX
	JLT       one64
	VEXTRACTI64X4 $1, Z0, Y4
	VPADDD    Y4, Y0, Y0
	VPHADDD   Y0, Y0, Y0
	VPHADDD   Y0, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD    X1, X0, X0
	VMOVD     X0, (DI)
	ADDQ      $4, DI
	ADDQ      DX, SI
	DECQ      CX
	JNZ       one

done:
	VZEROUPPER
	RET

#define SIXTEEN(AT, ACC) \
	VPMOVZXBW AT(SI)(AX*1), Y4 \
	VPMOVSXBW AT(BX)(AX*1), Y5 \
	VPMADDWD  Y5, Y4, Y4       \
	VPADDD    Y4, ACC, ACC

// func dotsAVX2(products *int32, n int, rows *uint8, q *int8, dim int)
TEXT ·dotsAVX2(SB), NOSPLIT, $0-40
	MOVQ products+0(FP), DI
	MOVQ n+8(FP), CX
	MOVQ rows+16(FP), SI
	MOVQ q+24(FP), BX
	MOVQ dim+32(FP), DX

row:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	XORQ  AX, AX

row64:
	SIXTEEN(0, Y0)
	SIXTEEN(16, Y1)
	SIXTEEN(32, Y2)
	SIXTEEN(48, Y3)
	ADDQ    $64, AX
	CMPQ    AX, DX
	JLT     row64
	VPADDD  Y1, Y0, Y0
	VPADDD  Y3, Y2, Y2
	VPADDD  Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD  X1, X0, X0
	VPHADDD X0, X0, X0
	VPHADDD X0, X0, X0
	VMOVD   X0, (DI)
	ADDQ    $4, DI
	ADDQ    DX, SI
	DECQ    CX
	JNZ     row
	VZEROUPPER
	RET

// func signsAVX512(products *int32, n int, sketches *uint8, q *int8, dim int)
TEXT ·signsAVX512(SB), NOSPLIT, $0-40
	MOVQ  products+0(FP), DI
	MOVQ  n+8(FP), CX
	MOVQ  sketches+16(FP), SI
	MOVQ  q+24(FP), BX
	MOVQ  dim+32(FP), DX
	MOVQ  DX, R9
	SHRQ  $3, R9            // bytes of a sketch
	LEAQ  (R9)(R9*2), R10
	MOVL  $0x01010101, AX
	VPBROADCASTD AX, Z9
	SUBQ  $4, CX
	JLT   rest

four:
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	XORQ   AX, AX
	MOVQ   SI, R8
	PREFETCHT0 1024(SI)
	PREFETCHT0 1088(SI)
	PREFETCHT0 1152(SI)

four64:
	VMOVDQU32   (BX)(AX*1), Z8
	KMOVQ       (R8), K1
	KMOVQ       (R8)(R9*1), K2
	KMOVQ       (R8)(R9*2), K3
	KMOVQ       (R8)(R10*1), K4
	VMOVDQU8.Z  Z8, K1, Z4
	VMOVDQU8.Z  Z8, K2, Z5
	VMOVDQU8.Z  Z8, K3, Z6
	VMOVDQU8.Z  Z8, K4, Z7
	VPDPBUSD    Z4, Z9, Z0
	VPDPBUSD    Z5, Z9, Z1
	VPDPBUSD    Z6, Z9, Z2
	VPDPBUSD    Z7, Z9, Z3
	ADDQ        $8, R8
	ADDQ        $64, AX
	CMPQ        AX, DX
	JLT         four64
	VEXTRACTI64X4 $1, Z0, Y4
	VEXTRACTI64X4 $1, Z1, Y5
	VEXTRACTI64X4 $1, Z2, Y6
	VEXTRACTI64X4 $1, Z3, Y7
	VPADDD      Y4, Y0, Y0
	VPADDD      Y5, Y1, Y1
	VPADDD      Y6, Y2, Y2
	VPADDD      Y7, Y3, Y3
	VPHADDD     Y1, Y0, Y0
	VPHADDD     Y3, Y2, Y2
	VPHADDD     Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD      X1, X0, X0
	VMOVDQU     X0, (DI)
	ADDQ        $16, DI
	LEAQ        (SI)(R9*4), SI
	SUBQ        $4, CX
	JGE         four

rest:
	ADDQ $4, CX
	JZ   done

one:
	VPXORD Z0, Z0, Z0
	XORQ   AX, AX

one64:
	VMOVDQU32  (BX)(AX*1), Z8
	KMOVQ      (SI), K1
	VMOVDQU8.Z Z8, K1, Z4
	VPDPBUSD   Z4, Z9, Z0
	ADDQ       $8, SI
	ADDQ       $64, AX
	CMPQ       AX, DX
	JLT        one64
	VEXTRACTI64X4 $1, Z0, Y4
	VPADDD     Y4, Y0, Y0
	VPHADDD    Y0, Y0, Y0
	VPHADDD    Y0, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD     X1, X0, X0
	VMOVD      X0, (DI)
	ADDQ       $4, DI
	DECQ       CX
	JNZ        one

done:
	VZEROUPPER
	RET

// Byte i of a lane looks at byte i/8 of four, and there at bit i%8.
DATA spreads<>+0(SB)/8, $0x0000000000000000
DATA spreads<>+8(SB)/8, $0x0101010101010101
DATA spreads<>+16(SB)/8, $0x0202020202020202
DATA spreads<>+24(SB)/8, $0x0303030303030303
DATA spreads<>+32(SB)/8, $0x8040201008040201
DATA spreads<>+40(SB)/8, $0x0101010101010101
GLOBL spreads<>(SB), RODATA|NOPTR, $48

// func signsAVX2(products *int32, n int, sketches *uint8, q *int8, dim int)
TEXT ·signsAVX2(SB), NOSPLIT, $0-40
	MOVQ         products+0(FP), DI
	MOVQ         n+8(FP), CX
	MOVQ         sketches+16(FP), SI
	MOVQ         q+24(FP), BX
	MOVQ         dim+32(FP), DX
	VMOVDQU      spreads<>+0(SB), Y10
	VPBROADCASTQ spreads<>+32(SB), Y11
	VPBROADCASTQ spreads<>+40(SB), Y12
	VPCMPEQW     Y13, Y13, Y13
	VPSRLW       $15, Y13, Y13 // 1 in each word

row:
	VPXOR Y0, Y0, Y0
	XORQ  AX, AX

// The sum of two numbers is at most 256, and 128 of them fit a word.
row32:
	VPBROADCASTD (SI), Y4
	VPSHUFB      Y10, Y4, Y4
	VPAND        Y11, Y4, Y4
	VPCMPEQB     Y11, Y4, Y4
	VPAND        (BX)(AX*1), Y4, Y4
	VPMADDUBSW   Y4, Y12, Y4
	VPADDSW      Y4, Y0, Y0
	ADDQ         $4, SI
	ADDQ         $32, AX
	CMPQ         AX, DX
	JLT          row32
	VPMADDWD     Y13, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VPHADDD      X0, X0, X0
	VPHADDD      X0, X0, X0
	VMOVD        X0, (DI)
	ADDQ         $4, DI
	DECQ         CX
	JNZ          row
	VZEROUPPER
	RET
