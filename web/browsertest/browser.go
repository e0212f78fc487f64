// Package browsertest drives a real browser through pages: the Chromium that
// BROADSHEET_TEST_CHROMIUM names. Each step fails the test when it cannot be made
// within thirty seconds.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Tab is a page in a browser of its own.
type Tab struct {
	t   testing.TB
	ctx context.Context
}

// Open starts a browser that ends with the test. It skips the test when the variable
// names none.
func Open(t testing.TB) *Tab {
	t.Helper()
	program := os.Getenv("BROADSHEET_TEST_CHROMIUM")
	if program == "" {
		t.Skip("BROADSHEET_TEST_CHROMIUM names no browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WindowSize(1280, 1000))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &Tab{t, ctx}
	if err := chromedp.Do(ctx); err != nil { // the first use starts it, and must not end with a step
		t.Fatalf("BROADSHEET_TEST_CHROMIUM: %v", err)
	}
	return b
}

func (b *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v; the page is %s", what, err, b.where())
	}
}

func get[T any](b *Tab, what string, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	for try := 0; err != nil && try < 5 && strings.Contains(err.Error(), "No node with given id"); try++ { // a script has put another in its place
		v, err = chromedp.Run(ctx, a)
	}
	if err != nil {
		b.t.Fatalf("%s: %v; the page is %s", what, err, b.where())
	}
	return v
}

func (b *Tab) where() string {
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	at, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
	return at + ":\n" + text
}

// NoScript has pages run no script from here on.
func (b *Tab) NoScript() {
	b.t.Helper()
	b.do("switch scripts off", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// Offline cuts the pages off from every server, or joins them again.
func (b *Tab) Offline(cut bool) {
	b.t.Helper()
	b.do("cut the network", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1}},
		})
		return err
	}))
}

// Authenticator plugs in an authenticator that holds passkeys and answers for its
// user.
func (b *Tab) Authenticator() {
	b.t.Helper()
	b.do("plug in an authenticator", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return err
	}))
}

// Go opens an address.
func (b *Tab) Go(address string) {
	b.t.Helper()
	b.do("open "+address, chromedp.Navigate(address))
}

// Click clicks what a CSS selector finds, and waits for the page that it leads to.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	get(b, "click "+selector, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)))
}

// Press clicks what stays on its page.
func (b *Tab) Press(selector string) {
	b.t.Helper()
	b.do("press "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Type types into a field, in place of what it holds.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	if b.Value(selector) != "" { // an empty text area cannot be cleared
		b.do("clear "+selector, chromedp.Clear(chromedp.CSS(selector)))
	}
	b.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Wait waits until a CSS selector finds something that can be seen.
func (b *Tab) Wait(selector string) {
	b.t.Helper()
	b.do("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Text returns the text of the first that a CSS selector finds.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	return get(b, "read "+selector, chromedp.Text(chromedp.CSS(selector)))
}

// Value returns what a field holds.
func (b *Tab) Value(selector string) string {
	b.t.Helper()
	return get(b, "read "+selector, chromedp.Value(chromedp.CSS(selector)))
}

// Has reports whether a CSS selector finds anything.
func (b *Tab) Has(selector string) bool {
	b.t.Helper()
	return len(get(b, "look for "+selector, chromedp.Nodes(chromedp.CSSAll(selector), chromedp.AtLeast(0)))) > 0
}

// Address returns the address of the page.
func (b *Tab) Address() string {
	b.t.Helper()
	return get(b, "read the address", chromedp.Location())
}

// Shoot keeps a picture of the page, so wide, light or dark, as name.png in the folder
// that BROADSHEET_TEST_SHOTS names; without the variable it does nothing.
func (b *Tab) Shoot(name string, width int64, dark bool) {
	b.t.Helper()
	folder := os.Getenv("BROADSHEET_TEST_SHOTS")
	if folder == "" {
		return
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.do("set the colours", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	}), chromedp.EmulateViewport(width, 1000))
	picture := get(b, "take a picture", chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// Choose chooses from a list.
func (b *Tab) Choose(selector, value string) {
	b.t.Helper()
	b.do("choose "+value, chromedp.SetValue(chromedp.CSS(selector), value))
}

// Keys strikes keys.
func (b *Tab) Keys(keys string) {
	b.t.Helper()
	b.do("strike "+keys, chromedp.KeyEvent(keys))
}

// Leave strikes keys, and waits for the page that they lead to.
func (b *Tab) Leave(keys string) {
	b.t.Helper()
	get(b, "strike "+keys, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.KeyEvent(keys)))
}

// Drag drags what the one selector finds onto the upper edge of what the other finds,
// by the events that a mouse makes.
func (b *Tab) Drag(from, to string) {
	b.t.Helper()
	script := fmt.Sprintf(`(() => {
		const f = document.querySelector(%q), t = document.querySelector(%q), data = new DataTransfer(), at = t.getBoundingClientRect();
		const fire = (e, type) => e.dispatchEvent(type === 'mousedown' ? new MouseEvent(type, { bubbles: true })
			: new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data, clientY: at.top + 1 }));
		fire(f, 'mousedown');
		if (!f.draggable) return false;
		fire(f, 'dragstart');
		const taken = !fire(t, 'dragover'); // who takes it prevents the default
		fire(t, 'drop');
		return taken;
	})()`, from, to)
	if !get(b, "drag "+from, chromedp.Evaluate[bool](script)) {
		b.t.Fatalf("%s cannot be dragged onto %s", from, to)
	}
}
