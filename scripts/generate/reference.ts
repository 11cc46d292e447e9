import type { Option } from '../../ts/option-kinds.js'
import { defaultOf, only, options, origin, readable, sameEverywhere } from './table.js'

function range(option: Option): string {
  if (option.type === 'choice') return option.values.map((each) => `\`'${each}'\``).join(', ')
  if (option.type === 'signal') return 'AbortSignal'
  if (option.type === 'group') return `boolean, or [an object](#of-${option.of})`
  if (option.type !== 'number') return option.type
  const numbers = `${readable(option.min, option.unit)} to ${readable(option.max, option.unit)}`
  return option.orBoolean ? `boolean, or ${numbers}` : numbers
}

function table(members: [string, Option][]): string {
  const rows = members.map(
    ([name, option]) => `| \`${name}\` | ${range(option)} | ${defaultOf(option) ?? ''} | ${option.doc} |`,
  )
  return ['| option | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n')
}

export function referencePage(): string {
  return `<!-- ${origin} -->

# Options

Sizes are in bytes, times in milliseconds unless the table says otherwise. An unknown name or a wrong value is refused with
\`ERR_MILLRACE_INVALID_OPTION\`.

## Of a socket, a bind or a connect

Given to the socket they are the defaults of its endpoints; given to \`bind\` or \`connect\` they hold for that endpoint.

${table(options.filter(([, option]) => sameEverywhere(option)))}
## Of a socket

${table(only('socket'))}
## Of a bind

${table(only('bind'))}
## Of a connect

${table(only('connect'))}
## Of reconnect

\`reconnect: true\` is all defaults.

${table(only('reconnect'))}
## Of close

Of \`socket.close\` and \`socket.disconnect\`, beside \`linger\`; \`peer.close\` takes code and reason.

${table(only('close'))}
## Of a Context

${table(only('context'))}`
}
