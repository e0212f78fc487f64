package account

// Settings say how people join and sign in.
type Settings struct{}
