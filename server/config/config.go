// Package config gathers the settings of a server: from flags, the environment
// and a file, in this order of who wins, and from defaults.
//
//	flags := config.AddFlags(command.Flags(), translate, config.Shared, config.Serving)
//	settings, err := config.Load(config.Sources{Flags: flags, Environ: os.Environ()})
//	server, err := workspace.OpenServer(ctx, settings.Server(logger))
//
// A setting has one name everywhere: --admin-database, SHEETMILL_ADMIN_DATABASE and
// "admin-database" in the file, which is one JSON object. A secret may stand in a file of its
// own, which the setting with "-file" behind its name names. What is wrong or unknown is told all at
// once, each with where it stands, as a [*WrongError].
package config

import (
	"log/slog"
	"strings"
	"time"

	"sheetmill/core/workspace"
	"sheetmill/server/httpapi"
)

// Config is what the settings say.
type Config struct {
	// The shared workspace.
	Database      string
	Objects       workspace.Objects
	Administrator workspace.Administrator
	Public        workspace.Public
	Connections   int
	CacheDir      string
	CacheLimit    int64
	MaxSource     int64
	Retention     time.Duration
	// Work on jobs.
	Jobs        int
	Memory      int64
	MetricsAddr string
	// The API.
	Addr                      string
	CertFile, KeyFile, CAFile string
	Grace                     time.Duration
	SpoolDir                  string
	Limits                    httpapi.Limits
	Work, Board               bool
	// The log.
	LogFormat string
	LogLevel  slog.Level

	values []value
}

// Server is the configuration of the shared workspace.
func (c Config) Server(logger *slog.Logger) workspace.ServerConfig {
	return workspace.ServerConfig{
		Database: c.Database, Objects: c.Objects, Administrator: c.Administrator, Public: c.Public, Connections: c.Connections,
		CacheDir: c.CacheDir, CacheLimit: c.CacheLimit, MaxSource: c.MaxSource, Retention: c.Retention, Logger: logger,
	}
}

// DatabaseToMigrate is the database's address for who may change its tables.
func (c Config) DatabaseToMigrate() string {
	if c.Administrator.Database != "" {
		return c.Administrator.Database
	}
	return c.Database
}

// ObjectsToSetUp is the bucket for who may make it.
func (c Config) ObjectsToSetUp() workspace.Objects {
	o := c.Objects
	if c.Administrator.AccessKey != "" {
		o.AccessKey, o.SecretKey = c.Administrator.AccessKey, c.Administrator.SecretKey
	}
	return o
}

// value is a setting as it was found.
type value struct {
	setting *setting
	text    string
	from    string
}

// Shown is a setting as a person may see it.
type Shown struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  string `json:"from"` // such as --addr, SHEETMILL_ADDR or a file; "" is the default
}

// Shown lists the settings with secrets hidden.
func (c Config) Shown() []Shown {
	list := make([]Shown, len(c.values))
	for i, v := range c.values {
		list[i] = Shown{v.setting.name, v.setting.show(v.text), v.from}
	}
	return list
}

// show hides what is secret.
func (s *setting) show(text string) string {
	switch {
	case text == "":
		return ""
	case s.address && !s.mayLackScheme || s.address && strings.Contains(text, "://"):
		return workspace.ServerConfig{Database: text}.Hidden().Database
	case s.secret && !s.address:
		return "***"
	}
	return text
}
