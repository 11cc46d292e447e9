import { millraceServer } from './millrace-server.js'

const loads = ['one', 'many'] as const

export const millraceAwait = millraceServer({
  name: 'millrace-await',
  about: 'millrace with `for await (const record of server)` instead of a handler',
  loads,
  how: { consume: 'await' },
})

export const millraceBatches = millraceServer({
  name: 'millrace-batches',
  about: 'millrace with `for await (const records of server.batches())`',
  loads,
  how: { consume: 'batches' },
})

export const millracePeers = millraceServer({
  name: 'millrace-peers',
  about: 'millrace with a loop `for await (const data of peer)` for each peer',
  loads,
  how: { consume: 'peers' },
})
