package tex

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// The commands that stand for a sign, by what the sign is.
const (
	identSigns = `alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ
sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω digamma ϝ eps ε
ell ℓ hbar ℏ hslash ℏ imath ı jmath ȷ wp ℘ aleph ℵ beth ℶ gimel ℷ daleth ℸ eth ð mho ℧ Finv Ⅎ Bbbk 𝕜 aa å AA Å o ø O Ø l ł L Ł ss ß ae æ AE Æ oe œ OE Œ i ı j ȷ Angstrom Å angstrom Å`
	uprightSigns = `Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω varGamma 𝛤 varDelta 𝛥 varTheta 𝛩 varLambda 𝛬 varXi 𝛯 varPi 𝛱 varSigma 𝛴 varPhi 𝛷 varPsi 𝛹 varOmega 𝛺
Alpha Α Beta Β Epsilon Ε Zeta Ζ Eta Η Iota Ι Kappa Κ Mu Μ Nu Ν Rho Ρ Tau Τ Chi Χ
Re ℜ Im ℑ infty ∞ nabla ∇ partial ∂ emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄ top ⊤ bot ⊥ angle ∠ measuredangle ∡ sphericalangle ∢ triangle △ square □ Box □ blacksquare ■ Diamond ◇ lozenge ◊ blacklozenge ⧫
bigstar ★ star ⋆ degree ° textdegree ° prime ′ backprime ‵ clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠ flat ♭ natural ♮ sharp ♯ checkmark ✓ maltese ✠ dag † ddag ‡ dagger † ddagger ‡ S § P ¶ pounds £ euro € copyright ©
# # % % & & _ _ $ $ ldots … dots … dotsc … dotso … cdots ⋯ dotsb ⋯ dotsm ⋯ dotsi ⋯ vdots ⋮ ddots ⋱ iddots ⋰ hdots … R ℝ N ℕ Z ℤ Q ℚ C ℂ E 𝔼 F 𝔽 Reals ℝ reals ℝ
textasciitilde ~ textbackslash ∖ sun ☉ odotsun ☉ astrosun ☉ arcdeg ° earth ♁ textmu µ micro µ permil ‰ textperthousand ‰ complement ∁ surd √ diagup ╱ diagdown ╲ bullet • blacktriangle ▲ triangledown ▽ vartriangle △ circledR ® textregistered ® male ♂ female ♀ leftmoon ☾ mars ♂ venus ♀ jupiter ♃ saturn ♄ mercury ☿ textcelsius ℃ celsius ℃ ohm Ω`
	opSigns = `diamond ⋄ textless < textgreater > lsim ≲ gsim ≳ given ∣ looparrowright ↬ looparrowleft ↫ farcs .″ farcm .′ pm ± mp ∓ times × div ÷ ast ∗ cdot ⋅ cdotp ⋅ circ ∘ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙ wedge ∧ land ∧ vee ∨ lor ∨ cap ∩ cup ∪ uplus ⊎ sqcap ⊓ sqcup ⊔ setminus ∖ smallsetminus ∖ wr ≀ amalg ⨿ ltimes ⋉ rtimes ⋊ bowtie ⋈ Join ⋈
boxplus ⊞ boxtimes ⊠ boxminus ⊟ boxdot ⊡ dotplus ∔ divideontimes ⋇ intercal ⊺ barwedge ⊼ veebar ⊻ curlywedge ⋏ curlyvee ⋎ Cap ⋒ Cup ⋓ leftthreetimes ⋋ rightthreetimes ⋌ circledast ⊛ circledcirc ⊚ circleddash ⊝ centerdot ⋅ bigcirc ◯ triangleleft ◁ triangleright ▷ lhd ⊲ rhd ⊳ unlhd ⊴ unrhd ⊵ bigtriangleup △ bigtriangledown ▽
le ≤ leq ≤ leqslant ⩽ ge ≥ geq ≥ geqslant ⩾ lt < gt > ll ≪ gg ≫ lll ⋘ ggg ⋙ ne ≠ neq ≠ equiv ≡ sim ∼ simeq ≃ approx ≈ approxeq ≊ cong ≅ asymp ≍ doteq ≐ Doteq ≑ propto ∝ varpropto ∝ models ⊨ perp ⟂ mid ∣ nmid ∤ parallel ∥ nparallel ∦ lesssim ≲ gtrsim ≳ lessgtr ≶ gtrless ≷ lessapprox ⪅ gtrapprox ⪆ thicksim ∼ thickapprox ≈ backsim ∽ eqsim ≂ leqq ≦ geqq ≧ lneq ⪇ gneq ⪈ lneqq ≨ gneqq ≩ nleq ≰ ngeq ≱ nless ≮ ngtr ≯ lnsim ⋦ gnsim ⋧ prec ≺ succ ≻ preceq ⪯ succeq ⪰ preccurlyeq ≼ succcurlyeq ≽ precsim ≾ succsim ≿ nprec ⊀ nsucc ⊁ lesseqgtr ⋚ gtreqless ⋛
in ∈ notin ∉ ni ∋ owns ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈ nsupseteq ⊉ sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ Subset ⋐ Supset ⋑ subseteqq ⫅ supseteqq ⫆ subsetneqq ⫋ varsubsetneq ⊊ vdash ⊢ dashv ⊣ Vdash ⊩ vDash ⊨ Vvdash ⊪ nvdash ⊬ nvDash ⊭ smile ⌣ frown ⌢ between ≬ pitchfork ⋔ triangleq ≜ coloneqq ≔ coloneq ≔ eqqcolon ≕ colon : vcentcolon : bumpeq ≏ circeq ≗ eqdef ≝ defeq ≔ therefore ∴ because ∵ multimap ⊸
to → gets ← rightarrow → leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ implies ⟹ impliedby ⟸ iff ⟺ longrightarrow ⟶ longleftarrow ⟵ longleftrightarrow ⟷ Longrightarrow ⟹ Longleftarrow ⟸ Longleftrightarrow ⟺ mapsto ↦ longmapsto ⟼ hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ rightharpoondown ⇁ leftharpoonup ↼ leftharpoondown ↽ rightleftharpoons ⇌ leftrightharpoons ⇋ uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓ Updownarrow ⇕ nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ rightsquigarrow ⇝ leadsto ⇝ leftrightsquigarrow ↭ twoheadrightarrow ↠ twoheadleftarrow ↞ rightarrowtail ↣ leftarrowtail ↢ dashrightarrow ⇢ dashleftarrow ⇠ rightrightarrows ⇉ leftleftarrows ⇇ rightleftarrows ⇄ leftrightarrows ⇆ upuparrows ⇈ downdownarrows ⇊ circlearrowleft ↺ circlearrowright ↻ curvearrowleft ↶ curvearrowright ↷ nrightarrow ↛ nleftarrow ↚ nRightarrow ⇏ nLeftarrow ⇍ nleftrightarrow ↮ Rrightarrow ⇛ Lleftarrow ⇚ restriction ↾ upharpoonright ↾ upharpoonleft ↿ downharpoonright ⇂ lightning ↯ rightrightharpoons ⥤
{ { } } lbrace { rbrace } lbrack [ rbrack ] langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ vert | lvert | rvert | Vert ‖ lVert ‖ rVert ‖ | ‖ llbracket ⟦ rrbracket ⟧ ulcorner ⌜ urcorner ⌝ llcorner ⌞ lrcorner ⌟ lgroup ⟮ rgroup ⟯ backslash ∖ slash / neg ¬ lnot ¬ lbrbrak ⟮ llangle ⟪ rrangle ⟫ lparen ( rparen )`
	largeSigns = `sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ bigvee ⋁ bigwedge ⋀ bigsqcup ⨆ bigsqcap ⨅ biguplus ⨄ bigboxplus ⊞ bigtimes ⨉`
	integrals  = `int ∫ iint ∬ iiint ∭ iiiint ⨌ oint ∮ oiint ∯ smallint ∫ fint ⨏ dashint ⨍ intop ∫`
)

var symbols = sync.OnceValue(func() map[string]node {
	m := map[string]node{}
	add := func(list string, n node) {
		f := strings.Fields(list)
		for i := 0; i+1 < len(f); i += 2 {
			n.text = f[i+1]
			m[f[i]] = n
		}
	}
	add(identSigns, node{kind: ident})
	add(uprightSigns, node{kind: ident, upright: true})
	add(opSigns, node{kind: op})
	add(largeSigns, node{kind: op, large: true, limits: true})
	add(integrals, node{kind: op, large: true})
	return m
})

// symbol returns the sign that a command stands for.
func symbol(name string) (*node, bool) {
	n, ok := symbols()[name]
	return &n, ok
}

// functions are set upright; those of limitsOf take limits.
var functions = set(`arccos arcsin arctan arctanh arcsinh arccosh arccot arcsec arccsc arctg arg cos cosh cot coth csc csch ctg deg det diag dim erf erfc exp gcd hom inf inj lim lg ln liminf limsup log max min mod per Pr proj rank sec sech sgn sign sin sinh
sup supp tan tanh tg th sh ch tr Tr trace injlim projlim varinjlim varprojlim varlimsup varliminf argmax argmin argsup arginf esssup essinf lcm Re Im Hom Ext Tor End Aut Gal Spec Proj Pic Sym GL SL SO SU Sp PGL PSL Vol vol Var Cov Ker ker im Im coker codim rk ord span conv dist diam poly polylog softmax relu Id id Lip grad div curl rot res Res ad Ad ch`)

var limitsOf = set(`det gcd inf lim liminf limsup max min Pr sup injlim projlim varinjlim varprojlim varlimsup varliminf argmax argmin argsup arginf esssup essinf`)

// quiet are commands that change nothing here.
var quiet = set(`displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag boldmath unboldmath mathstrut strut allowbreak nobreak break newline linebreak protect relax hfill hfil noindent centering xspace
small large Large LARGE huge Huge tiny footnotesize scriptsize normalsize bgroup egroup par ignorespaces hline toprule midrule bottomrule left. right. / - long leqno eqno`)

// spaces have a width in em, or none.
var spaces = map[string]string{
	",": "0.17", "thinspace": "0.17", ":": "0.22", ">": "0.22", "medspace": "0.22", ";": "0.28", "thickspace": "0.28", " ": "0.33", "\n": "0.33", "~": "0.33",
	"quad": "1", "qquad": "2", "enspace": "0.5", "space": "0.33", "nobreakspace": "0.33", "!": "", "negthinspace": "", "negmedspace": "", "@": "", "hskip": "", "*": "",
}

var overs = map[string]string{
	"hat": "^", "Hat": "^", "wh": "^", "Tilde": "~", "wt": "~", "Bar": "¯", "ol": "¯", "Vec": "→", "Dot": "˙", "Ddot": "¨", "Check": "ˇ", "widehat": "^", "tilde": "~", "widetilde": "~", "bar": "¯", "overline": "¯", "vec": "→", "overrightarrow": "→", "overleftarrow": "←", "overleftrightarrow": "↔", "dot": "˙", "ddot": "¨", "dddot": "⃛",
	"check": "ˇ", "widecheck": "ˇ", "breve": "˘", "acute": "´", "grave": "`", "mathring": "˚", "overbrace": "⏞", "overparen": "⏜", "overbracket": "⎴", "wideparen": "⏜", "overarc": "⏜", "~": "~", "^": "^",
	"'": "´", "\"": "¨", "=": "¯", "v": "ˇ", "H": "˝", "r": "˚", "u": "˘",
}

var unders = map[string]string{
	"underline": "_", "underbrace": "⏟", "underparen": "⏝", "underbracket": "⎵", "underrightarrow": "→", "underleftarrow": "←", "utilde": "~", "underbar": "_", "undertilde": "~", "b": "_",
}

// fonts are commands with an argument, switches without.
var fonts = map[string]string{
	"mathrm": "rm", "mathup": "rm", "mathnormal": "", "mathbf": "bf", "boldsymbol": "bi", "bm": "bi", "pmb": "bi", "mathbfit": "bi", "mathit": "it", "mathsf": "sf", "mathtt": "tt", "mathbb": "bb", "mathds": "bb", "mathbbm": "bb", "mathbbm1": "bb",
	"mathcal": "cal", "mathscr": "cal", "mathfrak": "frak", "mathpzc": "cal", "bold": "bf", "Bbb": "bb", "mathbbmss": "bb", "mathsfbf": "bf", "symbf": "bf", "vb": "bf", "vectorbold": "bf", "bbm": "bb", "mathbfcal": "cal", "mathscrbf": "cal", "mathsfit": "sf",
	"Cal": "cal", "pazocal": "cal", "mbb": "bb", "goth": "frak", "frk": "frak", "frak": "frak", "scr": "cal", "mathfr": "frak", "EuScript": "cal", "eucal": "cal", "germ": "frak", "bb": "bb", "mathord": "",
}

var switches = map[string]string{"rm": "rm", "bf": "bf", "it": "it", "sf": "sf", "tt": "tt", "cal": "cal", "mit": "", "em": "it", "sl": "it", "sc": "rm", "rmfamily": "rm", "bfseries": "bf", "scriptstyle": ""}

var negated = map[string]string{
	"=": "≠", "∈": "∉", "∋": "∌", "<": "≮", ">": "≯", "≤": "≰", "≥": "≱", "∼": "≁", "≃": "≄", "≈": "≉", "≅": "≇", "≡": "≢", "⊂": "⊄", "⊃": "⊅", "⊆": "⊈", "⊇": "⊉", "∥": "∦", "∣": "∤", "|": "∤", "→": "↛", "←": "↚", "⇒": "⇏", "⇔": "⇎", "∃": "∄", "⊢": "⊬", "⊨": "⊭", "≺": "⊀", "≻": "⊁", "/": "∕",
}

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// fontOf returns s in an alphabet of Unicode's mathematical letters, since MathML
// Core has no other way to ask for one.
func fontOf(font, s string) string {
	if font == "" || font == "rm" || font == "it" {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(mathLetter(font, r))
	}
	return b.String()
}

// Where the alphabets begin (Unicode, block Mathematical Alphanumeric Symbols):
// capitals, small letters, figures; 0 where there are none.
var alphabets = map[string][3]rune{
	"bf": {0x1D400, 0x1D41A, 0x1D7CE}, "bi": {0x1D468, 0x1D482, 0x1D7CE}, "sf": {0x1D5A0, 0x1D5BA, 0x1D7E2}, "tt": {0x1D670, 0x1D68A, 0x1D7F6},
	"bb": {0x1D538, 0x1D552, 0x1D7D8}, "cal": {0x1D49C, 0x1D4B6, 0}, "frak": {0x1D504, 0x1D51E, 0},
}

// Letters that stood in Unicode before their alphabet came.
var early = map[string]string{
	"bb": "CℂHℍNℕPℙQℚRℝZℤ", "cal": "BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ", "frak": "CℭHℌIℑRℜZℨ",
}

func mathLetter(font string, r rune) rune {
	if list := early[font]; list != "" {
		if i := strings.IndexRune(list, r); i >= 0 && r < utf8.RuneSelf {
			found, _ := utf8.DecodeRuneInString(list[i+1:])
			return found
		}
	}
	a := alphabets[font]
	switch {
	case 'A' <= r && r <= 'Z':
		return a[0] + r - 'A'
	case 'a' <= r && r <= 'z':
		return a[1] + r - 'a'
	case '0' <= r && r <= '9' && a[2] != 0:
		return a[2] + r - '0'
	}
	bold := map[string][2]rune{"bf": {0x1D6A8, 0x1D6C2}, "bi": {0x1D71C, 0x1D736}}[font]
	switch {
	case bold[0] == 0:
	case 'Α' <= r && r <= 'Ω':
		return bold[0] + r - 'Α'
	case 'α' <= r && r <= 'ω':
		return bold[1] + r - 'α'
	case r == '∇':
		return bold[0] + 25
	}
	return r
}
