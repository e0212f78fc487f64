package backup

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"broadsheet/fault"
)

// bucket is a store in a bucket of an S3-compatible server. This file is the one door
// to the client.
type bucket struct {
	client *minio.Client
	name   string
	prefix string // "" or with a slash at its end
}

// openBucket opens s3://[key:secret@]host[:port]/bucket[/prefix][?region=…], over plain
// HTTP with s3+http://. Without a key in the address it is taken from the variables
// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
func openBucket(address string) (*bucket, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fault.Invalid("That place for backups is no address: write it as s3://host/bucket/prefix.")
	}
	name, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if name == "" {
		return nil, fault.Invalid("%s names no bucket: write it as s3://host/bucket/prefix.", u.Redacted())
	}
	keys := credentials.NewEnvAWS()
	if u.User != nil {
		secret, _ := u.User.Password()
		keys = credentials.NewStaticV4(u.User.Username(), secret, "")
	}
	client, err := minio.New(u.Host, &minio.Options{Creds: keys, Secure: u.Scheme == "s3", Region: u.Query().Get("region")})
	if err != nil {
		return nil, fault.Invalid("%s is no place for backups: %s.", u.Redacted(), err)
	}
	if prefix != "" {
		prefix += "/"
	}
	return &bucket{client, name, prefix}, nil
}

func (b *bucket) put(ctx context.Context, name string, body []byte) error {
	_, err := b.client.PutObject(ctx, b.name, b.prefix+name, bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{DisableMultipart: true})
	if err != nil {
		return fmt.Errorf("write %s to the bucket %s: %w", name, b.name, err)
	}
	return nil
}

func (b *bucket) get(ctx context.Context, name string, most int64) ([]byte, error) {
	o, err := b.client.GetObject(ctx, b.name, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("read %s from the bucket %s: %w", name, b.name, err)
	}
	defer o.Close()
	body, err := readMost(o, name, most)
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil, fault.NotFound("%s is not in the bucket %s.", name, b.name)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s from the bucket %s: %w", name, b.name, err)
	}
	return body, nil
}

func (b *bucket) list(ctx context.Context, prefix string) (list []object, err error) {
	for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix + prefix, Recursive: true}) {
		if o.Err != nil {
			return nil, fmt.Errorf("list the bucket %s: %w", b.name, o.Err)
		}
		list = append(list, object{strings.TrimPrefix(o.Key, b.prefix), o.Size, o.LastModified})
	}
	return list, nil
}

func (b *bucket) remove(ctx context.Context, name string) error {
	return b.client.RemoveObject(ctx, b.name, b.prefix+name, minio.RemoveObjectOptions{})
}
