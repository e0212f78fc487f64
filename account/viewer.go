package account

import "context"

// Viewer is who asks: an account, and by what it is known.
type Viewer struct {
	Account
	Session *Session // nil when they came with a token
	Token   *Token   // nil when they came with a session
}

type viewerKey struct{}

// With returns a context in which From answers v.
func With(ctx context.Context, v *Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// From returns who asks, nil for a visitor.
func From(ctx context.Context) *Viewer {
	v, _ := ctx.Value(viewerKey{}).(*Viewer)
	return v
}
