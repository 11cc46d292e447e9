'use strict'
// `npm run lint`, and with --tidy `npm run lint:tidy`.

const { lints, tidy } = require('./checks/lint.cjs')
const { asStep, runSteps } = require('./checks/report.cjs')

const chosen = process.argv.includes('--tidy') ? [tidy] : lints
runSteps(chosen.map(asStep))
