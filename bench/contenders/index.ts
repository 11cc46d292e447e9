import { asio } from './asio.js'
import { bun } from './bun.js'
import { bunPrefix } from './bun-prefix.js'
import { bunRaw } from './bun-raw.js'
import type { Contender } from './contender.js'
import { millrace } from './millrace.js'
import { millraceSpin } from './millrace-spin.js'
import { nodeNet } from './node-net.js'

export type { Contender } from './contender.js'

export const contenders: readonly Contender[] = [
  millrace,
  millraceSpin,
  nodeNet,
  bun,
  bunPrefix,
  bunRaw,
  asio,
]
