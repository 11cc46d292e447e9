import type { Option } from '../../ts/option-kinds.js'
import { options, origin } from './table.js'

type Native = 'connection' | 'socket'

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function fieldsOf(structure: Native): [string, Option][] {
  return options.filter(([, option]) => 'native' in option && option.native === structure)
}

function field(name: string, option: Option): string {
  if (option.type === 'choice')
    return `  engine::${snake(name)} ${snake(name)} = engine::${snake(name)}::${option.default};`
  if (option.type !== 'number') throw new Error(`the engine has no field for ${name}`)
  const type = option.max > 0x7fff_ffff && name !== 'maxMessageSize' ? 'std::uint64_t' : 'std::uint32_t'
  const comment = option.default === undefined ? '0: see the reference' : option.unit
  // Above, because clang-format would align what stands behind.
  return `  // ${comment}\n  ${type} ${snake(name)} = ${option.default ?? 0};`
}

function structure(which: Native): string {
  const fields = fieldsOf(which)
  return [
    `struct ${which}_options {`,
    ...fields.map(([name, option]) => field(name, option)),
    '',
    '  template <class Visitor>',
    '  void for_each(Visitor&& visit) {',
    ...fields.map(([name]) => `    visit("${name}", ${snake(name)});`),
    '  }',
    '};',
  ].join('\n')
}

function enumeration([name, option]: [string, Option]): string[] {
  return option.type === 'choice'
    ? [`enum class ${snake(name)} : std::uint8_t { ${option.values.join(', ')} };`]
    : []
}

export function engineStructures(): string {
  return `#pragma once

// ${origin}

#include <cstdint>

namespace millrace::engine {

${fieldsOf('connection').flatMap(enumeration).join('\n')}

${structure('connection')}

${structure('socket')}

}  // namespace millrace::engine
`
}
