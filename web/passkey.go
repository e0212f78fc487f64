package web

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"broadsheet/account"
	"broadsheet/fault"
)

// passkeyOptions begins to add a passkey to the account that asks.
func (h *Handler) passkeyOptions(w http.ResponseWriter, r *http.Request) error {
	options, secret, err := h.Accounts.BeginPasskey(r.Context(), &account.From(r.Context()).Account, h.base(r))
	return h.ceremony(w, r, options, secret, err)
}

// passkeySignInOptions begins to sign in by a passkey.
func (h *Handler) passkeySignInOptions(w http.ResponseWriter, r *http.Request) error {
	options, secret, err := h.Accounts.BeginPasskeySignIn(r.Context(), h.base(r), account.PlaceOf(r))
	return h.ceremony(w, r, options, secret, err)
}

func (h *Handler) ceremony(w http.ResponseWriter, r *http.Request, options any, secret string, err error) error {
	if err != nil {
		return err
	}
	account.SetCookie(w, "flow", secret, h.secure(r))
	return sendJSON(w, options)
}

// addPasskey takes the passkey that a browser made.
func (h *Handler) addPasskey(w http.ResponseWriter, r *http.Request) error {
	answer, err := readBody(r)
	if err != nil {
		return err
	}
	place := account.PlaceOf(r)
	name := strings.TrimPrefix(place.Agent, "A ")
	if err := h.Accounts.AddPasskey(r.Context(), &account.From(r.Context()).Account, h.base(r), account.Cookie(r, "flow", h.secure(r)), name, answer); err != nil {
		return err
	}
	account.SetCookie(w, "flow", "", h.secure(r))
	return sendJSON(w, map[string]string{"next": "/account?done=passkey"})
}

// passkeySignIn takes what a browser's passkey signed.
func (h *Handler) passkeySignIn(w http.ResponseWriter, r *http.Request) error {
	answer, err := readBody(r)
	if err != nil {
		return err
	}
	secret, err := h.Accounts.SignInByPasskey(r.Context(), h.base(r), account.Cookie(r, "flow", h.secure(r)), answer, account.PlaceOf(r))
	if err != nil {
		return err
	}
	if err := h.leaveSession(r); err != nil {
		return err
	}
	account.SetCookie(w, "flow", "", h.secure(r))
	account.SetCookie(w, "session", secret, h.secure(r))
	return sendJSON(w, map[string]string{"next": localPath(r.URL.Query().Get("next"))})
}

func readBody(r *http.Request) ([]byte, error) {
	const most = 64 << 10
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil || len(body) > most {
		return nil, fault.Invalid("What was sent is too long, or was cut off.")
	}
	return body, nil
}

func sendJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", keepNothing)
	_, err = w.Write(body)
	return err
}
