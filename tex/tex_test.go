package tex

import (
	"strings"
	"testing"
)

// show writes spans so that a table can name them: text [formula] [[display]].
func show(spans []Span) string {
	var b strings.Builder
	for _, sp := range spans {
		switch {
		case sp.Display:
			b.WriteString("[[" + sp.Text + "]]")
		case sp.Math:
			b.WriteString("[" + sp.Text + "]")
		default:
			b.WriteString(sp.Text)
		}
	}
	return b.String()
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"formulas in text", `for $x$ and $y_1$.`, `for [x] and [y_1].`},
		{"a digit behind the closing dollar", `has $\sim$6 layers and 10$\times$10 cells`, `has [\sim]6 layers and 10[\times]10 cells`},
		{"a letter behind it", `$\sim$150M to $\alpha$-decay`, `[\sim]150M to [\alpha]-decay`},
		{"displays", `so $$a+b$$ and \[c\] and \(d\)`, `so [[a+b]] and [[c]] and [d]`},
		{"escaped dollars", `from \$5 to \$6 with $k$`, `from \$5 to \$6 with [k]`},
		{"one sum", `costs $0.22 on average`, `costs $0.22 on average`},
		{"two sums", `falls from $0.398 to $0.228 a page`, `falls from $0.398 to $0.228 a page`},
		{"sums in millions", `$1.5M in 2020 and $250 billion now`, `$1.5M in 2020 and $250 billion now`},
		{"a range of sums", `about $500-$780 USD`, `about $500-$780 USD`},
		{"a sum in brackets", `magnets (<$5), printed ($10 each) for $k$`, `magnets (<$5), printed ($10 each) for [k]`},
		{"a sum before a formula", `costs $12 per unit of $x$`, `costs $12 per unit of [x]`},
		{"figures that are formulas", `of $2k-1$ or $50-75$ or $1/2$ and $10^6$`, `of [2k-1] or [50-75] or [1/2] and [10^6]`},
		{"a dollar that opens nothing", `a closed manifold X$ is`, `a closed manifold X$ is`},
		{"a dollar is missing before", `of type X$ is closed whenever its boundary $B$ is`, `of type X$ is closed whenever its boundary [B] is`},
		{"words in a formula", `$x \text{ if and only if it is so}$`, `[x \text{ if and only if it is so}]`},
		{"nothing between", `a $$ b $ $ c`, `a $$ b $ $ c`},
		{"a backslash at the end", `a $x$ \`, `a [x] \`},
		{"no dollars, not guessed at", `x_1 and \alpha^2`, `x_1 and \alpha^2`},
	} {
		if got := show(Split(c.text)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"plain", "A & B <i>", "A &amp; B &lt;i&gt;"},
		{"escaped signs", `50\% of R\&D \#1 a\_b \{c\} \$5`, `50% of R&amp;D #1 a_b {c} $5`},
		{"accents", `Schr\"odinger, Poincar\'e, Erd\H{o}s, Ko\v{c}, \c{C}, na\"{\i}ve`, `Schrödinger, Poincaré, Erdős, Koč, Ç, naïve`},
		{"letters", `\O re, \L{}ukasiewicz, stra\ss e, \aa`, `Øre, Łukasiewicz, straße, å`},
		{"dashes and quotes", "``so'' -- and --- he's", "“so” – and — he&#39;s"},
		{"emphasis", `\emph{very} \textbf{b} \texttt{c} {\em d}`, `<em>very</em> <strong>b</strong> <code>c</code> d`},
		{"scripts in text", `H$_2$O, 10^3, x_{ij}, a^b_c, ^{13}C`, `H<math><msub><mrow></mrow><mn>2</mn></msub></math>O, 10<sup>3</sup>, x<sub>ij</sub>, a^b<sub>c</sub>, <sup>13</sup>C`},
		{"names with underscores", `file_name_x and snake_case`, `file_name<sub>x</sub> and snake_case`},
		{"punctuation stays with its formula", `for $x$, then`, `for <span class="nw"><math><mi>x</mi></math>,</span> then`},
		{"a hyphen too", `$k$-means`, `<span class="nw"><math><mi>k</mi></math>-means</span>`},
		{"what points elsewhere is dropped", `as in \cite{abc} and \ref{x}.\footnote{no}`, `as in  and .`},
		{"addresses", `\url{https://a.b/c\_d~e} \href{https://x.y}{z}`, `https://a.b/c_d~e z`},
		{"a sign outside of a formula", `\alpha decay`, `<math><mi>α</mi></math> decay`},
		{"an unknown command outside of a formula", `\foo bar`, `\foo bar`},
		{"a formula that cannot be read", `$\left( x$ <`, `<code class="tex">\left( x</code> &lt;`},
		{"markup in a formula", `$a<b>c</b>$`, `<math><mi>a</mi><mo>&lt;</mo><mi>b</mi><mo>&gt;</mo><mi>c</mi><mo>&lt;</mo><mo lspace="0" rspace="0">/</mo><mi>b</mi><mo>&gt;</mo></math>`},
		{"braces that do not match", `a {b c} d} e {f`, `a b c d e f`},
	} {
		got := strings.ReplaceAll(strings.ReplaceAll(string(HTML(c.text)), "<math><mrow>", "<math>"), "</mrow></math>", "</math>")
		if got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.name, c.text, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`A $\sqrt{2/n}$ bound`: `A √(2/n) bound`, `$x^2+y_{1}$`: `x² + y₁`, `$\frac{\kappa}{\epsilon} S$`: `(κ/ϵ)S`,
		`$O(n\log n)$`: `O(n log n)`, `$\sim$6`: `∼6`, `$\mathbb{R}^d$`: `ℝᵈ`, `$\bar{x}$`: `x̄`, `$\dot{y}$`: `ẏ`,
		`50\%`: `50%`, `Schr\"odinger`: `Schrödinger`, `$p \le 0.05$`: `p ≤ 0.05`, `$\hat{H}$`: `Ĥ`, `$10^{-3}$`: `10⁻³`,
		`$\binom{n}{k}$`: `C(n, k)`, `costs \$5 and $x$`: `costs $5 and x`, `$\foo$ x`: `foo x`, `$a_\qq$`: `a_{\qq}`, "no TeX": "no TeX",
		`$x\in \mathcal{A}$`: `x ∈ 𝒜`, `$f:X\to Y$`: `f:X → Y`, `$\alpha$-decay`: `α-decay`,
	} {
		if got := Text(in); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

// TestPlain: text that has lost its dollars is not read as TeX.
func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`improves by 10.7\% over`: `improves by 10.7% over`, `a x_1 b \alpha c {d}`: `a x_1 b \alpha c {d}`, `from $1.5M to $2M`: `from $1.5M to $2M`,
		`10^3 and 10^-4 and O(n)^2`: `10<sup>3</sup> and 10<sup>−4</sup> and O(n)<sup>2</sup>`, `x^y ^ 2^ a^`: `x^y ^ 2^ a^`,
		`<b> & Poincar\'e`: `&lt;b&gt; &amp; Poincaré`, `C:\new\`: `C:\new\`, `\`: `\`,
	} {
		if got := string(PlainHTML(in)); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}
