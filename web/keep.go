package web

import (
	"net/http"

	"broadsheet/account"
	"broadsheet/fault"
)

// mountLibrary adds what a reader keeps.
func (h *Handler) mountLibrary(mux *http.ServeMux) {
	keep := func(pattern string, f deed) { h.route(mux, pattern, account.Keep, keeping(f)) }

	keep("POST /save/{id...}", h.save) // a paper
	keep("POST /read/{id...}", h.read) // it is read, or not
	keep("POST /file/{id...}", h.file) // a note on it, a collection for it
	h.route(mux, "GET /library", account.Own, h.library)
	keep("POST /library", h.arrange)            // some of what is saved
	keep("POST /library/collection", h.collect) // make, alter, remove one
	h.route(mux, "GET /following", account.Own, h.following)
	keep("POST /follow", h.follow) // an author, a category, a topic, a reader, a search
	keep("POST /mute", h.mute)     // a word, a category, an author
	keep("POST /knob", h.knob)     // of what is chosen for the reader
}

// keeping makes a handler of a deed that shows on the reader's own pages alone, and at
// once.
func keeping(f deed) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := readForm(r); err != nil {
			return err
		}
		to, err := f(w, r)
		if err != nil || to == "" {
			return err
		}
		w.Header().Set("Cache-Control", keepNothing)
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
}

// onOff reads a field that is 1 or 0.
func onOff(r *http.Request, field string) (bool, error) {
	switch r.PostFormValue(field) {
	case "1":
		return true, nil
	case "0":
		return false, nil
	}
	return false, fault.Invalid("%s is 1 or 0, not %q.", field, clip(r.PostFormValue(field), 40))
}

// kept tells the script that something is on or off, or leads to where the form was.
func kept(w http.ResponseWriter, r *http.Request, on bool, otherwise string) (string, error) {
	if wantsJSON(r) {
		return "", sendJSON(w, map[string]bool{"on": on})
	}
	return whence(r, otherwise), nil
}

// save keeps a paper, or lets go of it: save=1 or save=0.
func (h *Handler) save(w http.ResponseWriter, r *http.Request) (string, error) {
	on, err := onOff(r, "save")
	if err != nil {
		return "", err
	}
	p, err := h.paperOf(r)
	if err != nil {
		return "", err
	}
	v := account.From(r.Context())
	if err := h.Library.Save(r.Context(), h.Now(), v.ID, p.ID, on); err != nil {
		return "", err
	}
	if err := h.acted(r.Context(), v, p.ID, savedOf, on); err != nil {
		return "", err
	}
	return kept(w, r, on, paperPath(p.Key))
}

// read marks a paper as read or unread: read=1 or read=0.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) (string, error) {
	on, err := onOff(r, "read")
	if err != nil {
		return "", err
	}
	p, err := h.paperOf(r)
	if err != nil {
		return "", err
	}
	v := account.From(r.Context())
	if err := h.Library.MarkRead(r.Context(), h.Now(), v.ID, p.ID, on); err != nil {
		return "", err
	}
	if err := h.acted(r.Context(), v, p.ID, readOf, on); err != nil {
		return "", err
	}
	if !on && !wantsJSON(r) {
		return paperPath(p.Key) + "?read=0", nil // which does not count as opening it again
	}
	return kept(w, r, on, paperPath(p.Key))
}
