package cite

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What stands for a sign of its own in TeX. After the LaTeX2e sources (ltoutenc,
// inputenc utf8) and amsmath; each is closed in braces or ends by itself.
var texSigns = map[rune]string{
	'&': `\&`, '%': `\%`, '$': `\$`, '#': `\#`, '_': `\_`,
	'{': `{\textbraceleft}`, '}': `{\textbraceright}`, '\\': `{\textbackslash}`, '~': `{\textasciitilde}`, '^': `{\textasciicircum}`,
	'<': `{\textless}`, '>': `{\textgreater}`, '|': `{\textbar}`,
	'\u00a0': `~`, '–': `--`, '—': `---`, '‘': "`", '’': `'`, '“': "``", '”': `''`, '…': `{\ldots}`, '•': `{\textbullet}`,
	'ß': `{\ss}`, 'æ': `{\ae}`, 'Æ': `{\AE}`, 'œ': `{\oe}`, 'Œ': `{\OE}`, 'ø': `{\o}`, 'Ø': `{\O}`, 'ł': `{\l}`, 'Ł': `{\L}`, 'ı': `{\i}`, 'ȷ': `{\j}`,
	'đ': `{\dj}`, 'Đ': `{\DJ}`, 'ð': `{\dh}`, 'Ð': `{\DH}`, 'þ': `{\th}`, 'Þ': `{\TH}`, 'å': `{\aa}`, 'Å': `{\AA}`,
	'¡': `{\textexclamdown}`, '¿': `{\textquestiondown}`, '§': `{\S}`, '¶': `{\P}`, '©': `{\textcopyright}`, '®': `{\textregistered}`, '™': `{\texttrademark}`, '£': `{\pounds}`, '€': `{\texteuro}`, '°': `{\textdegree}`,
	'×': `\ensuremath{\times}`, '±': `\ensuremath{\pm}`, '→': `\ensuremath{\rightarrow}`, '←': `\ensuremath{\leftarrow}`, '≤': `\ensuremath{\leq}`, '≥': `\ensuremath{\geq}`, '≈': `\ensuremath{\approx}`, '≠': `\ensuremath{\neq}`, '∞': `\ensuremath{\infty}`, '∼': `\ensuremath{\sim}`, '−': `{\textminus}`, '·': `{\textperiodcentered}`, '√': `\ensuremath{\surd}`,
}

// The letters of Greek that have a command in mathematics.
const greek = "αalpha βbeta γgamma δdelta εvarepsilon ϵepsilon ζzeta ηeta θtheta ϑvartheta ιiota κkappa λlambda μmu νnu ξxi πpi ρrho σsigma ςvarsigma τtau υupsilon φvarphi ϕphi χchi ψpsi ωomega ΓGamma ΔDelta ΘTheta ΛLambda ΞXi ΠPi ΣSigma ΥUpsilon ΦPhi ΨPsi ΩOmega "

// The accents by the combining sign that Unicode has for each.
var texAccents = map[rune]string{
	'\u0300': "`", '\u0301': `'`, '\u0302': `^`, '\u0303': `~`, '\u0304': `=`, '\u0306': `u`, '\u0307': `.`, '\u0308': `"`, '\u030a': `r`, '\u030b': `H`, '\u030c': `v`, '\u0323': `d`, '\u0327': `c`, '\u0328': `k`, '\u0331': `b`,
}

// escapeTeX writes a text so that TeX prints it. Letters for which TeX has no command
// stay as they are, for engines that read Unicode.
func escapeTeX(s string) string {
	const special = "&%$#_{}\\~^<>|-`'"
	n := plainASCII(s, special)
	if n == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	s = norm.NFC.String(s)
	for len(s) > 0 {
		if n = plainASCII(s, special); n > 0 {
			b.WriteString(s[:n])
			s = s[n:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		sign := texSigns[r]
		if sign == "" && r < utf8.RuneSelf {
			sign = string(r)
		}
		if sign == "" {
			writeLetter(&b, r)
			continue
		}
		// Of two hyphens or quotes TeX would make one sign.
		if last := b.Len() - 1; last >= 0 && strings.IndexByte("-`'", sign[0]) >= 0 && b.String()[last] == sign[0] {
			b.WriteString("{}")
		}
		b.WriteString(sign)
	}
	return b.String()
}

// plainASCII returns the length of the beginning of s that is ASCII and none of some
// signs.
func plainASCII(s, signs string) int {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || (c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z') && c != ' ' && strings.IndexByte(signs, c) >= 0 {
			return i
		}
	}
	return len(s)
}

// writeLetter writes a letter by its accent, or by its Greek name, or as it is.
func writeLetter(b *strings.Builder, r rune) {
	parts := []rune(norm.NFD.String(string(r)))
	if len(parts) == 2 && parts[0] < utf8.RuneSelf && unicode.IsLetter(parts[0]) && texAccents[parts[1]] != "" {
		accent, letter := texAccents[parts[1]], string(parts[0])
		above := !strings.ContainsAny(accent, "cdkb")
		if above && (letter == "i" || letter == "j") {
			letter = `\` + letter
		}
		if unicode.IsLetter(rune(accent[0])) {
			letter = "{" + letter + "}"
		}
		b.WriteString(`{\` + accent + letter + "}")
		return
	}
	for _, script := range []struct{ command, letters, signs string }{{"super", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni"}, {"sub", "₀₁₂₃₄₅₆₇₈₉₊₋ₙᵢ", "0123456789+-ni"}} {
		if before, _, ok := strings.Cut(script.letters, string(r)); ok {
			n := utf8.RuneCountInString(before)
			b.WriteString(`\text` + script.command + `script{` + script.signs[n:n+1] + `}`)
			return
		}
	}
	if _, rest, ok := strings.Cut(greek, string(r)); ok && unicode.Is(unicode.Greek, r) {
		name, _, _ := strings.Cut(rest, " ")
		b.WriteString(`\ensuremath{\` + name + "}")
		return
	}
	b.WriteRune(r)
}

// protect puts into braces the words of an escaped title that styles must not write in
// lower case: those with a capital letter that is not their first, and single ones.
func protect(s string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		if strings.ContainsAny(w, `{}\$`) || w == "A" || w == "I" {
			continue
		}
		parts := strings.Split(w, "-")
		for j, part := range parts {
			letters := strings.Trim(part, `.,:;!?()[]'"`+"`")
			if isProper(letters) {
				parts[j] = strings.Replace(part, letters, "{"+letters+"}", 1)
			}
		}
		words[i] = strings.Join(parts, "-")
	}
	return strings.Join(words, " ")
}

func isProper(word string) bool {
	for i, r := range word {
		if unicode.IsUpper(r) && (i > 0 || len(word) == 1) {
			return true
		}
	}
	return false
}
