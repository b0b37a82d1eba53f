// Command duckdb is DuckDB as a contender of the benchmark: a module of its
// own, so that the product does not depend on it.
//
//	duckdb read FILE          every field as text, counted
//	duckdb parquet FILE OUT   the automatic reader, to Parquet with zstd
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "duckdb:", err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	if len(args) < 2 {
		return errors.New("say read FILE or parquet FILE OUT")
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	file := quoted(args[1])
	if args[0] == "parquet" {
		if len(args) < 3 {
			return errors.New("say where to write")
		}
		_, err = db.Exec("COPY (FROM read_csv(" + file + ")) TO " + quoted(args[2]) + " (FORMAT parquet, COMPRESSION zstd)")
		return err
	}
	return count(db, file)
}

// count reads every column, the header too; a count of rows alone would read none.
func count(db *sql.DB, file string) error {
	var cells int64
	err := db.QueryRow("SELECT (SELECT sum(n) FROM (UNPIVOT (SELECT count(COLUMNS(*)) FROM read_csv(" + file +
		", all_varchar = true, header = false)) ON COLUMNS(*) INTO NAME c VALUE n))::BIGINT").Scan(&cells)
	if err != nil {
		return err
	}
	fmt.Println(cells)
	return nil
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
