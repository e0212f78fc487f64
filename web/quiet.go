package web

import (
	"net/http"
	"strconv"

	"broadsheet/fault"
)

// quiet shows a button by which a reader who came from a letter wants no more of its
// kind.
func (h *Handler) quiet(w http.ResponseWriter, r *http.Request) error {
	if _, err := h.quietOf(r); err != nil {
		return err
	}
	v := &MailPage{Action: r.URL.Path, Button: "No more of these"}
	return h.tell(w, r, "No more mail about answers?", v, "You get none about answers and mentions from the moment you press the button. What the desk decides about you is mailed all the same.")
}

func (h *Handler) quieted(w http.ResponseWriter, r *http.Request) error {
	id, err := h.quietOf(r)
	if err != nil {
		return err
	}
	if err := h.Talk.SetQuiet(r.Context(), id, true); err != nil {
		return err
	}
	return h.tell(w, r, "No more mail about answers", &MailPage{Link: &Link{Text: "Today’s edition", Href: "/"}}, "Tick “E-mail me replies” under any comment to have it again.")
}

func (h *Handler) quietOf(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || h.QuietFor == nil || !h.QuietFor(id, r.PathValue("sum")) {
		return 0, fault.NotFound("This link is not one of ours, or was cut off. Copy it whole.")
	}
	return id, nil
}
