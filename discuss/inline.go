package discuss

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"broadsheet/tex"
)

// formula is mathematics in a comment. Its source is TeX.
type formula struct {
	ast.BaseInline
	source  string
	display bool
	tail    string // the punctuation behind it, kept on its line
}

var kindFormula = ast.NewNodeKind("Formula")

func (*formula) Kind() ast.NodeKind          { return kindFormula }
func (f *formula) Dump(source []byte, n int) { ast.DumpHelper(f, source, n, nil, nil) }

// mathSpans reads formulas within paragraphs, also over the ends of lines.
type mathSpans struct{}

func (mathSpans) Trigger() []byte { return []byte{'$', '\\'} }

func (mathSpans) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, at := block.PeekLine()
	mark := string(line[:min(2, len(line))])
	if mark[0] == '\\' && mark != `\(` && mark != `\[` {
		return nil
	}
	if mark[0] == '$' && mark != "$$" {
		mark = "$"
	}
	p := paragraphOf(parent, block, pc)
	if p.unclosed[mark] {
		return nil
	}
	n, _ := block.Position()
	ahead := p.text[p.begins[n]+at.Start-parent.Lines().At(n).Start:]
	sp, length := tex.Formula(ahead)
	if !sp.Math {
		p.unclosed[mark] = !strings.Contains(ahead[len(mark):], closing[mark])
		return nil
	}
	f := &formula{source: sp.Text, display: sp.Display}
	if !sp.Display {
		rest := ahead[length:]
		f.tail = rest[:len(rest)-len(strings.TrimLeft(rest, ".,;:!?)"))]
	}
	block.Advance(length + len(f.tail))
	return f
}

var closing = map[string]string{"$": "$", "$$": "$$", `\(`: `\)`, `\[`: `\]`}

// paragraph is a block whose lines are being read: its text without what marks them as
// a quotation or a list, and which marks are known to be closed by nothing that
// follows. It makes the reading of marks that open nothing as quick as that of words.
type paragraph struct {
	node     ast.Node
	text     string
	begins   []int // of each line
	unclosed map[string]bool
}

var paragraphKey = parser.NewContextKey()

func paragraphOf(parent ast.Node, block text.Reader, pc parser.Context) *paragraph {
	if p, ok := pc.Get(paragraphKey).(*paragraph); ok && p.node == parent {
		return p
	}
	p := &paragraph{node: parent, unclosed: map[string]bool{}}
	var b strings.Builder
	lines := parent.Lines()
	for i := range lines.Len() {
		p.begins = append(p.begins, b.Len())
		at := lines.At(i)
		b.Write(at.Value(block.Source()))
	}
	p.text = b.String()
	pc.Set(paragraphKey, p)
	return p
}

// mention is the name of a reader in a comment.
type mention struct {
	ast.BaseInline
	handle, href string
}

var kindMention = ast.NewNodeKind("Mention")

func (*mention) Kind() ast.NodeKind          { return kindMention }
func (m *mention) Dump(source []byte, n int) { ast.DumpHelper(m, source, n, nil, nil) }

// mentions reads the names of readers whom there are.
type mentions struct{ reader func(string) string }

var handleAt = regexp.MustCompile(`^@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?)\b`)

func (mentions) Trigger() []byte { return []byte{'@'} }

func (p mentions) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	if before := block.PrecendingCharacter(); before == '@' || before == '/' || before == '.' || util.IsAlphaNumeric(byte(min(before, 127))) {
		return nil
	}
	line, _ := block.PeekLine()
	m := handleAt.FindSubmatch(line)
	if m == nil {
		return nil
	}
	handle := strings.ToLower(string(m[1]))
	href := p.reader(handle)
	if href == "" {
		return nil
	}
	block.Advance(len(m[0]))
	return &mention{handle: handle, href: href}
}

// drawn writes the nodes that are ours, and images as links to them.
type drawn struct{}

func (drawn) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindFormula, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			f := n.(*formula)
			if m := mathML(f.source, f.display); f.tail == "" {
				w.WriteString(m)
			} else {
				w.WriteString(`<span class="nw">` + m + html.EscapeString(f.tail) + `</span>`)
			}
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(kindMathBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			w.WriteString("<p>" + mathML(string(n.(*mathBlock).Lines().Value(source)), true) + "</p>\n")
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(kindMention, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if m := n.(*mention); entering {
			w.WriteString(`<a href="` + html.EscapeString(m.href) + `">@` + html.EscapeString(m.handle) + `</a>`)
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(ast.KindImage, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			w.WriteString(`<a href="` + html.EscapeString(string(n.(*ast.Image).Destination)) + `">`)
		} else {
			w.WriteString("</a>")
		}
		return ast.WalkContinue, nil
	})
}

// mathML draws a formula; one that cannot be read stands as its source.
func mathML(source string, display bool) string {
	m, err := tex.MathML(source, display)
	if err != nil {
		return "<code>" + html.EscapeString(source) + "</code>"
	}
	return m
}

// mathBlock is a formula that stands alone between lines of $$.
type mathBlock struct {
	ast.BaseBlock
	closed bool
}

var kindMathBlock = ast.NewNodeKind("MathBlock")

func (*mathBlock) Kind() ast.NodeKind          { return kindMathBlock }
func (*mathBlock) IsRaw() bool                 { return true }
func (m *mathBlock) Dump(source []byte, n int) { ast.DumpHelper(m, source, n, nil, nil) }

// mathBlocks reads formulas that begin on a line of their own, where a minus begins no
// list. One that is not closed ends with its block.
type mathBlocks struct{}

func (mathBlocks) Trigger() []byte { return []byte{'$'} }

func (mathBlocks) Open(_ ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, at := reader.PeekLine()
	indent := len(line) - len(bytes.TrimLeft(line, " "))
	rest, ok := bytes.CutPrefix(line[indent:], []byte("$$"))
	if !ok || bytes.Contains(rest, []byte("$$")) { // a whole formula in one line is read within its paragraph
		return nil, parser.NoChildren
	}
	m := &mathBlock{}
	at.Start += indent + 2
	m.Lines().Append(at)
	reader.AdvanceToEOL()
	return m, parser.NoChildren
}

func (mathBlocks) Continue(n ast.Node, reader text.Reader, _ parser.Context) parser.State {
	m := n.(*mathBlock)
	line, at := reader.PeekLine()
	if m.closed || line == nil {
		return parser.Close
	}
	if end := bytes.Index(line, []byte("$$")); end >= 0 {
		m.closed = true
		at.Stop = at.Start + end
	}
	m.Lines().Append(at)
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (mathBlocks) Close(ast.Node, text.Reader, parser.Context) {}
func (mathBlocks) CanInterruptParagraph() bool                 { return true }
func (mathBlocks) CanAcceptIndentedLine() bool                 { return false }
