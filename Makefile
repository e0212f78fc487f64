# Names for plain commands; nothing here does more than it says.
export CGO_ENABLED = 0

.PHONY: run test lint bench gallery

run: ; go run . demo

test: ; go test ./...

lint:
	test -z "$$(gofmt -l .)"
	go vet ./...
	test -z "$$(go tool -modfile=tools/go.mod gofumpt -l .)"
	go tool -modfile=tools/go.mod staticcheck ./...
	go tool -modfile=tools/go.mod govulncheck ./...

bench: ; cd bench && go run .

gallery: ; go run ./web/webtest/gallery
