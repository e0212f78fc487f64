package tex

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestMathML(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`x`:                    `<mi>x</mi>`,
		`-12.5`:                `<mrow><mo>−</mo><mn>12.5</mn></mrow>`,
		`1,000, 2`:             `<mrow><mn>1,000</mn><mo>,</mo><mn>2</mn></mrow>`,
		`x_i^2`:                `<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>`,
		`10^23`:                `<mrow><msup><mn>10</mn><mn>2</mn></msup><mn>3</mn></mrow>`,
		`f''`:                  `<msup><mi>f</mi><mo>″</mo></msup>`,
		`\frac12`:              `<mfrac><mn>1</mn><mn>2</mn></mfrac>`,
		`{a \over b}`:          `<mfrac><mi>a</mi><mi>b</mi></mfrac>`,
		`\sqrt[3]{x}`:          `<mroot><mi>x</mi><mn>3</mn></mroot>`,
		`\binom{n}{k}`:         `<mrow><mo>(</mo><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac><mo>)</mo></mrow>`,
		`\left( x \right]`:     `<mrow><mo form="prefix" stretchy="true">(</mo><mi>x</mi><mo form="postfix" stretchy="true">]</mo></mrow>`,
		`|x|`:                  `<mrow><mo stretchy="false" lspace="0" rspace="0">|</mo><mi>x</mi><mo stretchy="false" lspace="0" rspace="0">|</mo></mrow>`,
		`\sum_{i}^n`:           `<munderover><mo movablelimits="true">∑</mo><mi>i</mi><mi>n</mi></munderover>`,
		`\int_0^1`:             `<msubsup><mo>∫</mo><mn>0</mn><mn>1</mn></msubsup>`,
		`\mathbb{R}`:           `<mi mathvariant="normal">ℝ</mi>`,
		`\mathcal{O}`:          `<mi mathvariant="normal">𝒪</mi>`,
		`\mathrm{max}`:         `<mi mathvariant="normal">max</mi>`,
		`\operatorname{rank}x`: `<mrow><mi mathvariant="normal">rank</mi><mi>x</mi></mrow>`,
		`\hat{x}`:              `<mover accent="true"><mi>x</mi><mo stretchy="false">^</mo></mover>`,
		`\not\in`:              `<mo>∉</mo>`,
		`\text{if } x`:         "<mrow><mtext>if\u00a0</mtext><mi>x</mi></mrow>",
		`\begin{pmatrix}a&b\\c&d\end{pmatrix}`: `<mrow><mo form="prefix" stretchy="true">(</mo><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr>` +
			`<mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr></mtable><mo form="postfix" stretchy="true">)</mo></mrow>`,
		`\cases{1, & x\cr 0}`:     `<mrow><mo form="prefix" stretchy="true">{</mo><mtable><mtr><mtd><mrow><mn>1</mn><mo>,</mo></mrow></mtd><mtd><mi>x</mi></mtd></mtr><mtr><mtd><mn>0</mn></mtd></mtr></mtable></mrow>`,
		`\unicode{x2013}`:         `<mo>−</mo>`,
		`\unicode{x3C}`:           `<mo>&lt;</mo>`,
		`\ce{H2O}`:                `<mrow><msub><mtext>H</mtext><mn>2</mn></msub><mtext>O</mtext></mrow>`,
		`\ket{\psi}`:              `<mrow><mo stretchy="false" lspace="0" rspace="0">|</mo><mi>ψ</mi><mo stretchy="false">⟩</mo></mrow>`,
		`\slashed{E}`:             "<mi>E\u0338</mi>",
		`\max\{a}\}`:              `<mrow><mi mathvariant="normal">max</mi><mo stretchy="false">{</mo><mi>a</mi><mo stretchy="false">}</mo></mrow>`,
		`{a`:                      `<mi>a</mi>`,
		`S&P`:                     `<mrow><mi>S</mi><mo>&amp;</mo><mi>P</mi></mrow>`,
		`x^`:                      `<msup><mi>x</mi><mrow></mrow></msup>`,
		``:                        `<mrow></mrow>`,
		`\bC^N`:                   `<msup><mi mathvariant="normal">𝐂</mi><mi>N</mi></msup>`,
		`\cO`:                     `<mi mathvariant="normal">𝒪</mi>`,
		`\fa`:                     `<mi mathvariant="normal">𝔞</mi>`,
		`\RR`:                     `<mi mathvariant="normal">ℝ</mi>`,
		`\Om`:                     `<mi mathvariant="normal">Ω</mi>`,
		`\Diff M`:                 `<mrow><mi mathvariant="normal">Diff</mi><mi>M</mi></mrow>`,
		`\upmu`:                   `<mi mathvariant="normal">μ</mi>`,
		`x \qq y`:                 `<mrow><mi>x</mi><mtext>\qq</mtext><mi>y</mi></mrow>`, // with an error
		`\bigl(x\bigr)`:           `<mrow><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo></mrow>`,
		`\overset{a}{=}`:          `<mover><mo>=</mo><mi>a</mi></mover>`,
		`\underbrace{x}_{n}`:      `<munder><munder><mi>x</mi><mo stretchy="true">⏟</mo></munder><mi>n</mi></munder>`,
		`\xrightarrow[b]{a}`:      `<munderover><mo stretchy="true">→</mo><mi>b</mi><mi>a</mi></munderover>`,
		`a \pmod p`:               "<mrow><mi>a</mi><mrow><mspace width=\"0.5em\"></mspace><mo stretchy=\"false\">(</mo><mtext>mod\u00a0</mtext><mi>p</mi><mo stretchy=\"false\">)</mo></mrow></mrow>",
		`{\bf x}y`:                `<mrow><mi mathvariant="normal">𝐱</mi><mi>y</mi></mrow>`,
		`\textcolor{red}{x}`:      `<mi>x</mi>`,
		`\text{a $b$ c}`:          "<mrow><mtext>a\u00a0</mtext><mi>b</mi><mtext>\u00a0c</mtext></mrow>",
		`\prescript{14}{6}{C}`:    `<mrow><msubsup><mrow></mrow><mn>6</mn><mn>14</mn></msubsup><mi>C</mi></mrow>`,
		`\substack{a\\b}`:         `<mtable><mtr><mtd><mi>a</mi></mtd></mtr><mtr><mtd><mi>b</mi></mtd></mtr></mtable>`,
		`U\sb q\sp 2`:             `<msubsup><mi>U</mi><mi>q</mi><mn>2</mn></msubsup>`,
		`\SI{3}{km}`:              `<mrow><mn>3</mn><mspace width="0.17em"></mspace><mtext>km</mtext></mrow>`,
		`\left.x\right|_{0}`:      `<msub><mrow><mi>x</mi><mo form="postfix" stretchy="true">|</mo></mrow><mn>0</mn></msub>`,
		`a<b \textless c`:         `<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi><mo>&lt;</mo><mi>c</mi></mrow>`,
		`x'^2`:                    `<msup><mi>x</mi><mrow><mo>′</mo><mn>2</mn></mrow></msup>`,
		`\mathbf{A\alpha}`:        `<mrow><mi mathvariant="normal">𝐀</mi><mi>α</mi></mrow>`,
		`\boldsymbol\Delta`:       `<mi mathvariant="normal">𝜟</mi>`,
		`\dot{H}^{-\frac16}`:      `<msup><mover accent="true"><mi>H</mi><mo stretchy="false">˙</mo></mover><mrow><mo>−</mo><mfrac><mn>1</mn><mn>6</mn></mfrac></mrow></msup>`,
		`\lim_{n\to\infty}`:       `<munder><mi mathvariant="normal">lim</mi><mrow><mi>n</mi><mo stretchy="false">→</mo><mi mathvariant="normal">∞</mi></mrow></munder>`,
		`a\\b`:                    `<mrow><mi>a</mi><mspace width="1em"></mspace><mi>b</mi></mrow>`,
		`\begin{aligned}x\end{x}`: ``,
		`\left(x`:                 ``,
		`\end{x}`:                 ``,
	} {
		got, _ := MathML(in, false)
		if want != "" {
			want = "<math>" + want + "</math>"
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
		if err := valid(got); got != "" && err != nil {
			t.Errorf("%s: %v: %s", in, err, got)
		}
	}
	if m, _ := MathML("x", true); m != `<math display="block"><mi>x</mi></math>` {
		t.Errorf("a display: %s", m)
	}
	for in, want := range map[string]string{`\qq`: `unknown command \qq`, `\left(x`: `\left without \right`, `\begin{foo}x\end{foo}`: `unknown environment foo`, `\not{}`: `\not of something that is no sign`, strings.Repeat("{", 100): "nested more than 60 deep"} {
		if _, err := MathML(in, false); err == nil || err.Error() != want {
			t.Errorf("%.20s: %v; want %s", in, err, want)
		}
	}
}

// What MathML Core has of elements, with the number of children that each must
// have (-1 for any), and -2 for those that hold text only.
var elements = map[string]int{
	"math": -1, "mrow": -1, "mphantom": -1, "msqrt": -1, "mtd": -1, "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2,
	"msubsup": 3, "munderover": 3, "mtable": -1, "mtr": -1, "mi": -2, "mn": -2, "mo": -2, "mtext": -2, "mspace": 0,
}

var attributes = map[string]string{ // element and attribute → its values
	"math display": "block", "mfrac linethickness": "0", "mi mathvariant": "normal", "mover accent": "true", "munder accentunder": "true", "mo form": "prefix postfix",
	"mo stretchy": "true false", "mo movablelimits": "true", "mo lspace": "0", "mo rspace": "0", "mspace width": "",
}

var parents = map[string]string{"mtr": "mtable", "mtd": "mtr"}

// valid says what is wrong with a <math> element by MathML Core and HTML, nil when
// nothing is.
func valid(m string) error {
	d := xml.NewDecoder(strings.NewReader(m))
	d.Entity = map[string]string{}
	var open []string
	count := []int{0}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			if len(open) > 0 || count[0] != 1 {
				return fmt.Errorf("%d elements, %d open", count[0], len(open))
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			name := tok.Name.Local
			if _, known := elements[name]; !known || (name == "math") != (len(open) == 0) {
				return fmt.Errorf("<%s> cannot stand there", name)
			}
			if in := parents[name]; in != "" && open[len(open)-1] != in || len(open) > 0 && (open[len(open)-1] == "mtable") != (name == "mtr") || len(open) > 0 && (open[len(open)-1] == "mtr") != (name == "mtd") {
				return fmt.Errorf("<%s> stands in <%s>", name, open[len(open)-1])
			}
			if len(open) > 0 && elements[open[len(open)-1]] == -2 {
				return fmt.Errorf("<%s> stands in <%s>", name, open[len(open)-1])
			}
			for _, a := range tok.Attr {
				values, known := attributes[name+" "+a.Name.Local]
				if !known || values != "" && !slices.Contains(strings.Fields(values), a.Value) {
					return fmt.Errorf("<%s %s=%q>", name, a.Name.Local, a.Value)
				}
			}
			count[len(count)-1]++
			open, count = append(open, name), append(count, 0)
		case xml.EndElement:
			name, n := open[len(open)-1], count[len(count)-1]
			if want := elements[name]; want >= 0 && want != n {
				return fmt.Errorf("<%s> has %d children, not %d", name, n, want)
			}
			open, count = open[:len(open)-1], count[:len(count)-1]
		case xml.CharData:
			if len(open) == 0 || elements[open[len(open)-1]] != -2 {
				return fmt.Errorf("the text %q stands between the elements", tok)
			}
		}
	}
}

// sound says what is wrong with HTML that was made of TeX: an element or an
// attribute that none of ours is, one that is not closed.
func sound(out string) error {
	var open []string
	for z := html.NewTokenizer(strings.NewReader(out)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) || len(open) > 0 {
				return fmt.Errorf("%v, open: %v", z.Err(), open)
			}
			return nil
		case html.StartTagToken, html.EndTagToken:
			tok := z.Token()
			if _, math := elements[tok.Data]; !math && !slices.Contains([]string{"em", "strong", "code", "sup", "sub", "span"}, tok.Data) {
				return fmt.Errorf("<%s>", tok.Data)
			}
			for _, a := range tok.Attr {
				if _, known := attributes[tok.Data+" "+a.Key]; !known && a != (html.Attribute{Key: "class", Val: "nw"}) && a != (html.Attribute{Key: "class", Val: "tex"}) {
					return fmt.Errorf("<%s %s=%q>", tok.Data, a.Key, a.Val)
				}
			}
			if kind == html.StartTagToken {
				open = append(open, tok.Data)
			} else if n := len(open) - 1; n < 0 || open[n] != tok.Data {
				return fmt.Errorf("</%s> closes %v", tok.Data, open)
			} else {
				open = open[:n]
			}
		case html.CommentToken, html.DoctypeToken, html.SelfClosingTagToken:
			return fmt.Errorf("%s", z.Raw())
		}
	}
}

func FuzzTeX(f *testing.F) {
	for _, s := range []string{
		`a $x^2$ b`, `$\frac{1}{2}`, `{\bf $\sum_{i=1}^n$}`, `\begin{cases}a&b\\c\end{cases}`, `$$\left(\begin{array}{cc}1&2\end{array}\right)$$`, `\"{\i}~--- ` + "``x''",
		`$\text{<script>$y$}$</script>`, `\unicode{x3c}`, `$\unicode{x202e}\unicode{0}$`, `costs $5 and $6`, `$\sqrt[\sqrt[x]{}]{`, `^{_{^{_{x}}}}`, `$\not\not\not=$`, `$\substack$ \cases{&}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 {
			return
		}
		s = strings.ToValidUTF8(s, "?")
		for _, sp := range Split(s) {
			if m, _ := MathML(sp.Text, sp.Display); sp.Math && m != "" {
				if err := valid(xmlText(m)); err != nil {
					t.Errorf("%q: %v: %s", sp.Text, err, m)
				}
			}
		}
		for _, out := range []string{string(HTML(s)), string(PlainHTML(s))} {
			if err := sound(out); err != nil {
				t.Errorf("%q: %v: %s", s, err, out)
			}
		}
		Text(s)
		PlainText(s)
	})
}

// xmlText takes out the control characters that HTML bears and XML does not.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
}

// TestRealFormulas measures on real abstracts; "broadsheet bench tex" does it on
// whole files.
func TestRealFormulas(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	if dir == "" {
		t.Skip("BROADSHEET_TEST_DATA names no folder with real papers")
	}
	packed, err := os.ReadFile(filepath.Join(dir, "arxiv_meta", "sample-2000.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p struct{ Title, Abstract string }
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, p.Title, p.Abstract)
	}
	r := Measure(slices.Values(texts))
	t.Logf("of %d formulas %.2f%% become MathML", r.Formulas, 100*r.Share())
	if r.Formulas < 2000 || r.Share() < 0.99 || r.Own > r.Formulas/40 {
		t.Errorf("of %d formulas %d become MathML, %d of them by convention: %+v", r.Formulas, r.Converted, r.Own, r.Failures)
	}
	for _, text := range texts {
		for _, sp := range Split(text) {
			if m, _ := MathML(sp.Text, sp.Display); sp.Math && m != "" {
				if err := valid(m); err != nil {
					t.Errorf("%s: %v: %s", sp.Text, err, m)
				}
			}
		}
		if err := sound(string(HTML(text))); err != nil {
			t.Errorf("%.200s: %v", text, err)
		}
	}
}
