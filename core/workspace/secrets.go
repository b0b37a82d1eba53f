package workspace

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

// hidden stands for a secret where something is shown.
const hidden = "***"

// Hidden is the connection with its secrets replaced.
func (c Connection) Hidden() Connection {
	c.Database = hideURL(c.Database)
	c.Objects = c.Objects.Hidden()
	return c
}

// Hidden is the place with its secret replaced.
func (o Objects) Hidden() Objects {
	if o.SecretKey != "" {
		o.SecretKey = hidden
	}
	return o
}

// hideURL is a database's address without its password.
func hideURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" { // who knows what is in it
		if address == "" {
			return ""
		}
		return hidden
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), "xxxxx")
	}
	query := u.Query()
	for name := range query {
		if name == "password" || name == "sslpassword" {
			query.Set(name, "xxxxx")
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// String shows no secret.
func (c Connection) String() string {
	b, _ := json.Marshal(c.Hidden()) // plain fields always marshal
	return string(b)
}

// GoString shows no secret.
func (c Connection) GoString() string { return "workspace.Connection" + c.String() }

// LogValue shows no secret.
func (c Connection) LogValue() slog.Value {
	return slog.GroupValue(slog.String("owner", c.Owner), slog.String("database", hideURL(c.Database)), slog.Any("objects", c.Objects))
}

// String shows no secret.
func (o Objects) String() string {
	b, _ := json.Marshal(o.Hidden()) //nolint:gosec // plain fields always marshal, and the secret is hidden
	return string(b)
}

// GoString shows no secret.
func (o Objects) GoString() string { return "workspace.Objects" + o.String() }

// LogValue shows no secret.
func (o Objects) LogValue() slog.Value {
	return slog.GroupValue(slog.String("endpoint", o.Endpoint), slog.String("bucket", o.Bucket),
		slog.String("accessKey", o.AccessKey), slog.Bool("secure", o.Secure), slog.String("region", o.Region))
}

// Hidden is the login with its secrets replaced.
func (a Administrator) Hidden() Administrator {
	a.Database = hideURL(a.Database)
	if a.SecretKey != "" {
		a.SecretKey = hidden
	}
	return a
}

// Hidden is the configuration with its secrets replaced.
func (c ServerConfig) Hidden() ServerConfig {
	c.Database, c.Objects, c.Administrator = hideURL(c.Database), c.Objects.Hidden(), c.Administrator.Hidden()
	if strings.Contains(c.Public.Database, "://") {
		c.Public.Database = hideURL(c.Public.Database)
	}
	return c
}

// String shows no secret.
func (a Administrator) String() string {
	type plain Administrator
	return fmt.Sprintf("%+v", plain(a.Hidden()))
}

// GoString shows no secret.
func (a Administrator) GoString() string { return a.String() }

// String shows no secret.
func (c ServerConfig) String() string {
	type plain ServerConfig
	c.Logger = nil
	return fmt.Sprintf("%+v", plain(c.Hidden()))
}

// GoString shows no secret.
func (c ServerConfig) GoString() string { return c.String() }

// LogValue shows no secret.
func (c ServerConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }
