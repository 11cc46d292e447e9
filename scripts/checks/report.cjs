'use strict'

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`

function fault(error) {
  console.error(error)
  return { passed: 0, failed: 1 }
}

// Runs the steps, { name, run } with run() resolving to { passed, failed }, and prints what each took. The last line is
// the total; the exit status says whether everything passed and anything ran.
async function runSteps(steps) {
  const total = { passed: 0, failed: 0 }
  const summary = []
  for (const { name, run } of steps) {
    console.log(`\n== ${name}`)
    const begun = performance.now()
    const { passed, failed } = await run().catch(fault)
    total.passed += passed
    total.failed += failed
    const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(5)} failed`
    summary.push(`${name.padEnd(20)}${counts} ${seconds(performance.now() - begun).padStart(9)}`)
  }
  console.log(`\n${summary.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`)
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
}

// A check without cases of its own counts as one.
const asStep = ({ name, check }) => ({
  name,
  run: async () => ((await check()) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }),
})

module.exports = { runSteps, asStep }
