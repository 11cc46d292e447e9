import { asio } from './asio.js'
import { bun } from './bun.js'
import { bunPrefix } from './bun-prefix.js'
import { bunRaw } from './bun-raw.js'
import type { Contender } from './contender.js'
import { millrace } from './millrace.js'
import { millraceAwait, millraceBatches, millracePeers } from './millrace-consumers.js'
import { millraceSpin } from './millrace-spin.js'
import { millraceThread } from './millrace-thread.js'
import { nodeNet } from './node-net.js'

export type { Contender } from './contender.js'

export const contenders: readonly Contender[] = [
  millrace,
  millraceSpin,
  millraceThread,
  millraceAwait,
  millraceBatches,
  millracePeers,
  nodeNet,
  bun,
  bunPrefix,
  bunRaw,
  asio,
]
