// SPDX-FileCopyrightText: 2026 The Usher authors
// SPDX-License-Identifier: LGPL-2.1-or-later
// parse-asyncapi.js FILE: prints the errors of an AsyncAPI description, a line each, and ends with 1 when there are any
"use strict";
const fs = require("fs");
const { createRequire } = require("module");
const { Parser } = createRequire(process.cwd() + "/")("@asyncapi/parser");

const ERROR = 0;

async function main() {
  const { document, diagnostics } = await new Parser().parse(fs.readFileSync(process.argv[2], "utf8"));
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === ERROR);
  for (const error of errors) console.log(`${error.path.join("/")}: ${error.message}`);
  process.exit(document && errors.length === 0 ? 0 : 1);
}

main();
