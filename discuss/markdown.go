package discuss

import (
	"bytes"
	"html/template"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// Markdown makes comments ready for a page. It is safe for concurrent use.
//
// It reads CommonMark without HTML, headings and images (whose marks stay as they
// were typed, but an image becomes a link to it), with bare addresses, struck words,
// TeX mathematics ($…$, $$…$$, \(…\), \[…\]) and mentions. All that it makes goes
// through one sanitiser, so what a page shows rests on a list of what may stand there
// and not on the reading of the text.
type Markdown struct {
	md     goldmark.Markdown
	policy *bluemonday.Policy
}

// NewMarkdown returns a renderer. reader returns the address of the page of the reader
// with a handle, "" when there is no such reader.
func NewMarkdown(reader func(handle string) string) *Markdown {
	blocks := []util.PrioritizedValue{
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(mathBlocks{}, 650),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	}
	inlines := []util.PrioritizedValue{
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(mathSpans{}, 150),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(mentions{reader}, 350),
		util.Prioritized(parser.NewEmphasisParser(), 500),
	}
	return &Markdown{
		md: goldmark.New(
			goldmark.WithParser(parser.NewParser(
				parser.WithBlockParsers(blocks...),
				parser.WithInlineParsers(inlines...),
				parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...))),
			goldmark.WithExtensions(extension.Linkify, extension.Strikethrough),
			goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(drawn{}, 100)))),
		policy: policy(),
	}
}

// crowded reports whether a body has more marks, or deeper quotations and lists, than
// anybody means: reading them would take time that grows with their square.
func crowded(body string) bool {
	const most = 4000
	marks := 0
	for i := range len(body) {
		if strings.IndexByte("*_~[`", body[i]) >= 0 {
			marks++
		}
	}
	return marks > most || tooDeep.MatchString(body)
}

var tooDeep = regexp.MustCompile(`(?m)^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t])){20}`)

// HTML returns a comment as HTML. It never fails: what cannot be read stands as it was
// typed.
func (m *Markdown) HTML(body string) template.HTML {
	var b bytes.Buffer
	if crowded(body) || m.md.Convert([]byte(body), &b) != nil {
		return template.HTML("<p>" + template.HTMLEscapeString(body) + "</p>")
	}
	return template.HTML(strings.TrimSpace(m.policy.SanitizeReader(&b).String()))
}

// policy is the list of what may stand in a comment.
func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,9}$`)).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^nw$`)).OnElements("span")
	p.AllowNoAttrs().OnElements("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msub", "msup", "msubsup", "munder", "mover", "munderover",
		"mmultiscripts", "mprescripts", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mphantom", "mpadded", "mstyle", "merror")
	yes := regexp.MustCompile(`^(?:true|false)$`)
	p.AllowAttrs("display").Matching(regexp.MustCompile(`^block$`)).OnElements("math")
	p.AllowAttrs("displaystyle").Matching(yes).OnElements("math", "mstyle", "mtable")
	p.AllowAttrs("scriptlevel").Matching(regexp.MustCompile(`^[+-]?\d$`)).OnElements("mstyle")
	p.AllowAttrs("mathvariant").Matching(regexp.MustCompile(`^[a-z-]+$`)).OnElements("mi", "mo", "mn", "mtext")
	p.AllowAttrs("stretchy", "movablelimits", "symmetric", "largeop", "fence", "separator").Matching(yes).OnElements("mo")
	p.AllowAttrs("form").Matching(regexp.MustCompile(`^(?:prefix|infix|postfix)$`)).OnElements("mo")
	p.AllowAttrs("accent", "accentunder").Matching(yes).OnElements("mover", "munder", "munderover")
	length := regexp.MustCompile(`^-?\d{0,4}(?:\.\d{1,4})?(?:em|ex)?$`)
	p.AllowAttrs("linethickness").Matching(length).OnElements("mfrac")
	p.AllowAttrs("width", "height", "depth", "lspace", "rspace", "voffset", "minsize", "maxsize").Matching(length).OnElements("mspace", "mpadded", "mo")
	p.AllowAttrs("columnalign").Matching(regexp.MustCompile(`^(?:left|center|right| )+$`)).OnElements("mtable", "mtr", "mtd")
	return p
}
