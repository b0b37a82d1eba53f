package config

import (
	"log/slog"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"sheetmill/core/say"
)

// Group is what settings are about. A command takes the flags of its groups;
// the environment and the file may hold settings of all.
type Group int

// The groups.
const (
	Shared  Group = iota // where the shared workspace is
	Logging              // the log
	Working              // work on jobs
	Serving              // the API
	Metrics              // figures of a worker
	Bucket               // where a bucket is; a part of Shared
)

// setting is one setting.
type setting struct {
	name    string
	group   Group
	usage   say.Text
	initial string // the default
	secret  bool   // may stand in a file of its own, and is not shown
	address bool   // a database's address, in which a password may be
	// mayLackScheme: an address that may be host:port alone.
	mayLackScheme bool
	bool          bool
	set           func(c *Config, text string) *say.Text // what is wrong with it, or nil
}

// env is the setting's name in the environment.
func (s *setting) env() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

const (
	envPrefix  = "SHEETMILL_"
	fileSuffix = "-file"
)

var settings = []*setting{
	{name: "database", secret: true, address: true, usage: say.T("address of the database: postgres://name:password@host:5432/database"), set: text(func(c *Config) *string { return &c.Database })},
	{name: "endpoint", group: Bucket, usage: say.T("address of the object store: host:port"), set: text(func(c *Config) *string { return &c.Objects.Endpoint })},
	{name: "bucket", usage: say.T("bucket of the shared workspace"), initial: "sheetmill", set: text(func(c *Config) *string { return &c.Objects.Bucket })},
	{name: "access-key", group: Bucket, usage: say.T("access key of the object store"), set: text(func(c *Config) *string { return &c.Objects.AccessKey })},
	{name: "secret-key", group: Bucket, secret: true, usage: say.T("secret key of the object store"), set: text(func(c *Config) *string { return &c.Objects.SecretKey })},
	{name: "secure", group: Bucket, bool: true, usage: say.T("reach the object store over TLS"), initial: "true", set: truth(func(c *Config) *bool { return &c.Objects.Secure })},
	{name: "region", group: Bucket, usage: say.T("region of the object store"), set: text(func(c *Config) *string { return &c.Objects.Region })},
	{name: "ca", group: Bucket, usage: say.T("file of certificates, in PEM, of authorities to trust beside the system's"), set: certificates},
	{name: "admin-database", secret: true, address: true, usage: say.T("address of the database with the login of who may make tables and roles (default: database)"), set: text(func(c *Config) *string { return &c.Administrator.Database })},
	{name: "admin-access-key", usage: say.T("access key of who may make users of the object store (default: access-key)"), set: text(func(c *Config) *string { return &c.Administrator.AccessKey })},
	{name: "admin-secret-key", secret: true, usage: say.T("secret key of who may make users of the object store"), set: text(func(c *Config) *string { return &c.Administrator.SecretKey })},
	{name: "public-database", address: true, mayLackScheme: true, usage: say.T("how analysts reach the database: host:port (default: as here)"), set: text(func(c *Config) *string { return &c.Public.Database })},
	{name: "public-endpoint", usage: say.T("how analysts reach the object store: host:port (default: as here)"), set: text(func(c *Config) *string { return &c.Public.Endpoint })},
	{name: "public-secure", bool: true, usage: say.T("analysts reach the object store over TLS (default: as here)"), set: publicSecure},
	{name: "connections", usage: say.T("connections to the database at once, for jobs and for requests"), initial: "16", set: number(1, 10_000, func(c *Config) *int { return &c.Connections })},
	{name: "cache-dir", usage: say.T("folder for copies of objects (default: below the user's cache)"), set: text(func(c *Config) *string { return &c.CacheDir })},
	{name: "cache-limit", usage: say.T("how much the copies may take"), initial: "4GiB", set: bytes(func(c *Config) *int64 { return &c.CacheLimit })},
	{name: "max-source", usage: say.T("the largest file accepted"), initial: "16GiB", set: bytes(func(c *Config) *int64 { return &c.MaxSource })},
	{name: "retention", usage: say.T("how long records live after they were added; 0 is for ever"), initial: "0", set: duration(0, func(c *Config) *time.Duration { return &c.Retention })},

	{name: "log-format", group: Logging, usage: say.T("form of the log: json or text"), initial: "json", set: logFormat},
	{name: "log-level", group: Logging, usage: say.T("what is logged: debug, info, warn or error, and above"), initial: "info", set: logLevel},

	{name: "jobs", group: Working, usage: say.T("jobs at once; 0 is one for two processors"), initial: "0", set: number(0, 1024, func(c *Config) *int { return &c.Jobs })},
	{name: "memory", group: Working, usage: say.T("what the jobs may take together, 256 MiB each; 0 is no limit"), initial: "0", set: bytes(func(c *Config) *int64 { return &c.Memory })},
	{name: "metrics-addr", group: Metrics, usage: say.T("where a worker answers /metrics, /healthz and /readyz (default: nowhere)"), set: text(func(c *Config) *string { return &c.MetricsAddr })},

	{name: "addr", group: Serving, usage: say.T("where the API listens: host:port; port 0 takes a free one"), initial: "127.0.0.1:8080", set: text(func(c *Config) *string { return &c.Addr })},
	{name: "work", group: Serving, bool: true, usage: say.T("work on jobs in this process too"), initial: "true", set: truth(func(c *Config) *bool { return &c.Work })},
	{name: "board", group: Serving, bool: true, usage: say.T("show the jobs at /jobs, behind an administrator's token"), initial: "true", set: truth(func(c *Config) *bool { return &c.Board })},
	{name: "tls-cert", group: Serving, usage: say.T("file of the certificate; it turns TLS on"), set: text(func(c *Config) *string { return &c.CertFile })},
	{name: "tls-key", group: Serving, usage: say.T("file of the certificate's key"), set: text(func(c *Config) *string { return &c.KeyFile })},
	{name: "client-ca", group: Serving, usage: say.T("file of the authority whose clients alone are let in"), set: text(func(c *Config) *string { return &c.CAFile })},
	{name: "grace", group: Serving, usage: say.T("how long requests may go on after a stop"), initial: "20s", set: duration(time.Millisecond, func(c *Config) *time.Duration { return &c.Grace })},
	{name: "spool-dir", group: Serving, usage: say.T("folder for exports on their way (default: the system's for temporary files)"), set: text(func(c *Config) *string { return &c.SpoolDir })},
	{name: "spool-limit", group: Serving, usage: say.T("how much the exports on their way may take"), initial: "8GiB", set: bytes(func(c *Config) *int64 { return &c.Limits.SpoolBytes })},
	{name: "requests-per-second", group: Serving, usage: say.T("requests of one owner, in the long run"), initial: "100", set: requestRate},
	{name: "burst", group: Serving, usage: say.T("requests of one owner at once"), initial: "200", set: number(1, 1<<20, func(c *Config) *int { return &c.Limits.Burst })},
	{name: "uploads", group: Serving, usage: say.T("uploads of one owner at once"), initial: "8", set: number(1, 1<<20, func(c *Config) *int { return &c.Limits.Uploads })},
	{name: "exports", group: Serving, usage: say.T("exports at once, for all owners"), initial: "4", set: number(1, 1<<20, func(c *Config) *int { return &c.Limits.Exports })},
	{name: "streams", group: Serving, usage: say.T("event streams of one owner at once"), initial: "64", set: number(1, 1<<20, func(c *Config) *int { return &c.Limits.Streams })},
	{name: "stall-timeout", group: Serving, usage: say.T("how long a request may move no byte"), initial: "30s", set: duration(time.Millisecond, func(c *Config) *time.Duration { return &c.Limits.StallTimeout })},
}

func text(field func(*Config) *string) func(*Config, string) *say.Text {
	return func(c *Config, text string) *say.Text { *field(c) = text; return nil }
}

func truth(field func(*Config) *bool) func(*Config, string) *say.Text {
	return func(c *Config, text string) *say.Text {
		b, err := strconv.ParseBool(text)
		if err != nil {
			return new(say.T("It is true or false."))
		}
		*field(c) = b
		return nil
	}
}

func publicSecure(c *Config, text string) *say.Text {
	c.Public.Secure = new(bool)
	return truth(func(c *Config) *bool { return c.Public.Secure })(c, text)
}

func number(least, most int, field func(*Config) *int) func(*Config, string) *say.Text {
	return func(c *Config, text string) *say.Text {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return new(say.T("It is a whole number from {least} to {most}.", "least", least, "most", most))
		}
		*field(c) = n
		return nil
	}
}

func requestRate(c *Config, text string) *say.Text {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0) || n > 1e6 {
		return new(say.T("It is a number above 0."))
	}
	c.Limits.RequestsPerSecond = n
	return nil
}

func duration(least time.Duration, field func(*Config) *time.Duration) func(*Config, string) *say.Text {
	return func(c *Config, text string) *say.Text {
		d, err := time.ParseDuration(text)
		if err != nil || d < least {
			return new(say.T("It is a length of time such as 90s, 15m or 720h."))
		}
		*field(c) = d
		return nil
	}
}

func bytes(field func(*Config) *int64) func(*Config, string) *say.Text {
	return func(c *Config, text string) *say.Text {
		n, ok := parseBytes(text)
		if !ok {
			return new(say.T("It is a number of bytes such as 512MiB or 4GiB."))
		}
		*field(c) = n
		return nil
	}
}

// parseBytes reads 4096, 512MiB, 4 GiB.
func parseBytes(text string) (int64, bool) {
	shift := 0
	for i, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if rest, ok := strings.CutSuffix(text, unit); ok {
			text, shift = strings.TrimSpace(rest), 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return 0, false
	}
	return n << shift, true
}

func logFormat(c *Config, text string) *say.Text {
	if text != "json" && text != "text" {
		return new(say.T("It is json or text."))
	}
	c.LogFormat = text
	return nil
}

func logLevel(c *Config, text string) *say.Text {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[text]
	if !ok {
		return new(say.T("It is debug, info, warn or error."))
	}
	c.LogLevel = level
	return nil
}

func certificates(c *Config, text string) *say.Text {
	pem, err := os.ReadFile(text)
	if err != nil {
		return new(say.T("The file {path} cannot be read.", "path", text))
	}
	c.Objects.CA = string(pem)
	return nil
}
