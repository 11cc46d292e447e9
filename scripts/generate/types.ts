import type { Option } from '../../ts/option-kinds.js'
import { defaultOf, only, options, origin, sameEverywhere } from './table.js'

function typeOf(option: Option): string {
  if (option.type === 'number') return option.orBoolean ? 'boolean | number' : 'number'
  if (option.type === 'choice') return option.values.map((each) => `'${each}'`).join(' | ')
  return option.type === 'string' ? 'string' : 'boolean'
}

function documentation(option: Option): string {
  const facts = [
    option.type === 'number' ? `In ${option.unit}.` : '',
    defaultOf(option) ? `Default: ${defaultOf(option)}.` : '',
  ]
  return [option.doc, ...facts].filter((each) => each !== '').join(' ')
}

function declaration(name: string, doc: string, members: [string, Option][]): string {
  const typed = members.filter(
    ([member, { type }]) => ['number', 'choice', 'boolean', 'string'].includes(type) && member !== 'framing',
  )
  const lines = typed.map(
    ([member, option]) => `  /** ${documentation(option)} */\n  ${member}?: ${typeOf(option)}`,
  )
  return `/** ${doc} */\nexport interface ${name} {\n${lines.join('\n')}\n}\n`
}

export function typeDeclarations(): string {
  const limits = options.filter(([, option]) => sameEverywhere(option))
  return [
    `// ${origin}\n`,
    declaration('ConnectionLimits', 'Set on the socket as defaults, or for one bind or connect.', limits),
    declaration('SocketLimits', 'What holds for all peers of a socket together.', only('socket')),
    declaration('ListenerOptions', 'Of one bind.', only('bind')),
    declaration('ConnectorOptions', 'Of one connect.', only('connect')),
    declaration('ReconnectOptions', 'How a connection is made again.', only('reconnect')),
    declaration('CloseFrame', 'What the peer is told at the end.', only('close')),
    declaration('ContextOptions', 'Of a Context.', only('context')),
  ].join('\n')
}
