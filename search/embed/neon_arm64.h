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
