'use strict'
// `npm run test:fuzz [-- seconds]`: every fuzz target for that long, a minute if not said.

const { fuzz } = require('./checks/fuzz.cjs')
const { runSteps } = require('./checks/report.cjs')

runSteps([{ name: 'fuzz', run: () => fuzz(Number(process.argv[2] ?? 60)) }])
