// peers.cjs sheetjs|exceljs FILE: reads every value of the first sheet and
// prints how many cells are not empty, as the other contenders do.
const { readFileSync } = require("node:fs");

const readers = {
  async sheetjs(path) {
    const { read, utils } = require("xlsx");
    const book = read(readFileSync(path), { dense: true });
    const rows = utils.sheet_to_json(book.Sheets[book.SheetNames[0]], { header: 1, raw: true });
    let cells = 0;
    for (const row of rows) for (const value of row) if (value !== undefined) cells++;
    return cells;
  },
  async exceljs(path) {
    const { Workbook } = require("exceljs");
    const book = new Workbook();
    await book.xlsx.readFile(path);
    let cells = 0;
    book.worksheets[0].eachRow((row) => row.eachCell((cell) => { if (cell.value !== null && cell.value !== "") cells++; }));
    return cells;
  },
};

const [, , name, path] = process.argv;
readers[name](path).then(console.log);
