package v1

// Papers is a list of papers. Next is the address of the rest, "" at the end.
type Papers struct {
	Papers []Paper `json:"papers"`
	Next   string  `json:"next,omitempty"`
}
