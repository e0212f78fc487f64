package discuss_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"broadsheet/discuss"
)

func render(body string) string {
	m := discuss.NewMarkdown(func(handle string) string {
		if handle == "ilse-de-wit" {
			return "/readers/ilse-de-wit"
		}
		return ""
	})
	return string(m.HTML(body))
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want string }{
		{"words", "One *two* **three**\nfour", "<p>One <em>two</em> <strong>three</strong>\nfour</p>"},
		{"a formula", "From $x^2$ on", "<p>From <math><msup><mi>x</mi><mn>2</mn></msup></math> on</p>"},
		{"punctuation stays with it", "see $x$.", `<p>see <span class="nw"><math><mi>x</mi></math>.</span></p>`},
		{"over two lines", "so $a +\nb$ it", "<p>so <math><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></math> it</p>"},
		{"other marks", `\(a_1\) is`, "<p><math><msub><mi>a</mi><mn>1</mn></msub></math> is</p>"},
		{"no emphasis within", "$a_1 b_1$ _c_", "<p><math><mrow><msub><mi>a</mi><mn>1</mn></msub><msub><mi>b</mi><mn>1</mn></msub></mrow></math> <em>c</em></p>"},
		{"a block", "so\n\n$$\na\n- b\n$$\n\nend", `<p>so</p>
<p><math display="block"><mrow><mi>a</mi><mo>−</mo><mi>b</mi></mrow></math></p>
<p>end</p>`},
		{"money", "It costs $5 and then $6 more.", "<p>It costs $5 and then $6 more.</p>"},
		{"an escaped dollar", `a \$x\$ b`, "<p>a $x$ b</p>"},
		{"in code nothing is read", "`$x$ @ilse-de-wit`", "<p><code>$x$ @ilse-de-wit</code></p>"},
		{"what cannot be read", `$\left(1$ and`, `<p><code>\left(1</code> and</p>`},
		{"a mention", "Thanks, @Ilse-de-Wit!", `<p>Thanks, <a href="/readers/ilse-de-wit" rel="nofollow">@ilse-de-wit</a>!</p>`},
		{"nobody", "@nobody and me@ilse-de-wit", "<p>@nobody and me@ilse-de-wit</p>"},
		{"an address", "https://example.org/a_b_c", `<p><a href="https://example.org/a_b_c" rel="nofollow">https://example.org/a_b_c</a></p>`},
		{"a link", "[here](https://example.org)", `<p><a href="https://example.org" rel="nofollow">here</a></p>`},
		{"an image is a link", "![a plot](https://example.org/p.png)", `<p><a href="https://example.org/p.png" rel="nofollow">a plot</a></p>`},
		{"no HTML", "<b>bold</b> <script>x</script>", "<p>&lt;b&gt;bold&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;</p>"},
		{"no heading", "# One\nTwo\n===", "<p># One\nTwo\n===</p>"},
		{"a list and a quotation", "> said\n\n3. c\n4. d", "<blockquote>\n<p>said</p>\n</blockquote>\n<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>"},
		{"no foreign scheme", "[x](javascript:alert(1)) [y](data:text/html,x)", "<p>x y</p>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := render(c.body); got != c.want {
				t.Errorf("%q\n got %s\nwant %s", c.body, got, c.want)
			}
		})
	}
}

// hostile are comments that try to become more than words.
var hostile = []string{
	`<img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `<math><mi xlink:href="javascript:alert(1)">x</mi></math>`,
	`[a](javascript:alert(1))`, `[a](JaVaScRiPt:alert(1))`, "[a](java\tscript:alert(1))", `[a](&#106;avascript:alert(1))`, `<javascript:alert(1)>`,
	`![a](javascript:alert(1) "b")`, `[a](https://x.example/" onmouseover="alert(1))`, `[a]: javascript:alert(1)` + "\n\n[a]",
	`$\text{<img src=x onerror=alert(1)>}$`, `$\href{javascript:alert(1)}{x}$`, `$\unicode{x3C}script$`, `$</math><script>alert(1)</script>$`,
	`$\operatorname{"><script>alert(1)</script>}$`, `$\mathrm{\'"<>&}$`, "$$\n<style>*{display:none}</style>\n$$", `\[<annotation-xml encoding="text/html"><script>\]`,
	"`<script>`", "```html\n</code></pre><script>alert(1)</script>\n```", "<!-- --!><script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
	"@<script>", `@ilse-de-wit"onclick="x`, "\x00<script>\x00", "<scr\x00ipt>", strings.Repeat("[", 3000) + strings.Repeat("](x)", 100), strings.Repeat("$", 3001),
	strings.Repeat(`\(`, 3000), strings.Repeat("> ", 500) + "x", strings.Repeat("- ", 500) + "x", strings.Repeat("*a_", 2000), strings.Repeat("$$\n", 900),
	strings.Repeat("{", 500) + "$" + strings.Repeat(`\frac{`, 400) + "$", "[![a](b)](javascript:x)", "<a href='javascript:x'>", "~~<b>~~", "[a](//evil.example/x)", "[a](<javascript:x>)",
	`<form action=/theme><button>`, `<base href=//evil.example>`, `<meta http-equiv=refresh content=0>`, `<iframe srcdoc="<script>">`, "\u202e<script>",
}

// allowed are the elements that may stand in a comment.
var allowed = strings.Fields(`p br hr em strong del code pre blockquote ul ol li a span math mrow mi mn mo mtext mspace msub msup msubsup
	munder mover munderover mmultiscripts mprescripts mfrac msqrt mroot mtable mtr mtd mphantom mpadded mstyle merror`)

// TestHostile renders every hostile comment, and looks at what a browser would make
// of it.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, body := range hostile {
		inspect(t, body)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, body := range hostile {
		f.Add(body)
	}
	f.Add("From $x^2$, @ilse-de-wit: [a](https://example.org) ~~b~~ `c`\n\n> d\n\n1. e")
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 8<<10 {
			t.Skip()
		}
		inspect(t, body)
	})
}

// inspect fails when the HTML of a comment holds an element, an attribute or an
// address that may not stand there, or does not close what it opens.
func inspect(t *testing.T, body string) {
	t.Helper()
	out := render(body)
	z := html.NewTokenizer(strings.NewReader(out))
	var open []string
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.StartTagToken:
			if token.Data != "br" && token.Data != "hr" {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("%q closes %s while %v is open:\n%s", body, token.Data, open, out)
			}
			open = open[:len(open)-1]
		case html.CommentToken, html.DoctypeToken:
			t.Fatalf("%q makes a %v:\n%s", body, kind, out)
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		if !slices.Contains(allowed, token.Data) {
			t.Fatalf("%q makes <%s>:\n%s", body, token.Data, out)
		}
		for _, a := range token.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "id", a.Key == "name":
				t.Fatalf("%q makes an attribute %s:\n%s", body, a.Key, out)
			case a.Key == "href" && !harmless(a.Val):
				t.Fatalf("%q leads to %s:\n%s", body, a.Val, out)
			}
		}
	}
	if len(open) > 0 {
		t.Fatalf("%q leaves %v open:\n%s", body, open, out)
	}
}

// harmless reports whether an address leads to a page, here or elsewhere.
func harmless(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https")
}
