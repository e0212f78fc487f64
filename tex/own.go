package tex

import (
	"strings"
)

// Authors define macros of their own, and arXiv keeps abstracts without the
// definitions. Some names are used in one sense by nearly everybody who uses them;
// these are read in that sense. Words and capitals are shown as they are; of other
// short names nothing is known.

// ownSigns are names that stand for a sign, an alphabet or a unit.
var ownSigns = func() map[string]*node {
	m := map[string]*node{}
	for line := range strings.Lines(`
ident α al alp alpha
ident β be bet
ident δ de del
ident ε ep eps epsi ve veps vepsi vare
ident κ ka kap
ident λ lam lmd
ident ϕ ph
ident φ vp vph vphi
ident σ sig
ident θ te tet th
ident ω om ome
upright Δ De Del
upright Γ Ga Gam
upright Λ La Lam
upright Σ Si Sig
upright Θ Th
upright Ω Om Ome
upright ∂ prt pa
upright ∞ infinity iy
op → ra rarrow
op ⟶ lra
op ⟨ lan
op ⟩ ran
op ≲ simlt ltsim lesim lapprox
op ≳ simgt gtsim gesim gapprox
upright ℝ RR Rset IR real Real BBR reals
upright ℂ CC Cset IC comp
upright ℤ ZZ Zset IZ
upright ℕ NN Nset IN nat
upright ℝⁿ Rn RN
upright ℝᵈ Rd
upright ℚ QQ Qset IQ
upright ℙ PP IP
upright 𝔽 FF
upright ℍ HH Hset IH
upright 𝕂 KK IK
upright 𝕋 TT IT
upright 𝔼 EE IE
upright 𝔻 DD ID
upright 𝔹 BB IB
upright 𝕄 MM IM
upright 𝕃 LL
upright 𝕊 SS
ident 𝒪 Oh bigO bigOh order Order
upright M⊙ Msun msun MSUN Msol
upright L⊙ Lsun lsun
upright R⊙ Rsun rsun
upright km/s kms
`) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		n := &node{kind: ident, text: f[1], upright: f[0] == "upright"}
		if f[0] == "op" {
			n = &node{kind: op, text: f[1]}
		}
		for _, name := range f[2:] {
			m[name] = n
		}
	}
	return m
}()

// ownNames are units, which stand for themselves, upright.
var ownNames = set(`pc eV Hz mm nm cm km yr mK dB db`)

// ownAlphabets are beginnings of names that put the one letter behind them into an
// alphabet: \\cO is the calligraphic O.
var ownAlphabets = []struct{ begin, of, font string }{
	{"cal", "A-Z", "cal"},
	{"scr", "A-Z", "cal"},
	{"c", "A-Z", "cal"},
	{"s", "A-Z", "cal"},
	{"m", "A-Z", "cal"},
	{"frak", "A-Za-z", "frak"},
	{"fr", "a-z", "frak"},
	{"f", "A-Za-z", "frak"},
	{"g", "A-Z", "frak"},
	{"bb", "A-Za-z", "bb"},
	{"BB", "A-Z", "bb"},
	{"B", "A-Z", "bb"},
	{"bf", "A-Za-z", "bf"},
	{"bm", "A-Za-z", "bi"},
	{"b", "A-Zxyzuvwkpqrst", "bf"},
	{"v", "xyzuvw", "bf"},
}

// own returns what a macro of the authors' own stands for by convention, nil for
// one that has none.
func own(name string) *node {
	if n := ownSigns[name]; n != nil {
		return n
	}
	if ownNames[name] {
		return &node{kind: ident, text: name, upright: true}
	}
	if greek, ok := strings.CutPrefix(name, "up"); ok {
		if n, ok := symbol(greek); ok && n.kind == ident {
			return &node{kind: ident, text: n.text, upright: true}
		}
	}
	for _, a := range ownAlphabets {
		rest, ok := strings.CutPrefix(name, a.begin)
		if ok && len(rest) == 1 && within(a.of, rest[0]) {
			return &node{kind: ident, text: fontOf(a.font, rest)}
		}
		if n, greek := symbol(rest); ok && len(rest) > 1 && greek && n.kind == ident && strings.HasPrefix(a.font, "b") && a.font != "bb" {
			return &node{kind: ident, text: fontOf(a.font, n.text)}
		}
	}
	if letter, ok := strings.CutSuffix(name, "cal"); ok && len(letter) == 1 {
		return &node{kind: ident, text: fontOf("cal", letter)}
	}
	// A longer name is a word, and most often declared as an operator's; capitals are
	// those letters in some alphabet. Two small letters may stand for anything.
	if len(name) > 2 || strings.ToUpper(name) == name {
		return &node{kind: ident, text: name, upright: true}
	}
	return nil
}

// within reports whether c is in a set written as in a regular expression: A-Zxy.
func within(set string, c byte) bool {
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			if set[i] <= c && c <= set[i+2] {
				return true
			}
			i += 2
		} else if set[i] == c {
			return true
		}
	}
	return false
}
