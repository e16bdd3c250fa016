import { createHash } from 'node:crypto';

/** A program that the server runs as a whole: nobody sees it half done. */
export interface Script {
  readonly lua: string;
  readonly sha1: string;
}

const reading = `
local mark = redis.call('MGET', KEYS[1])[1]
local floor, reached = string.match(mark or '', '^1 (%d+) (%d+)$')
reached = tonumber(reached)
local function holdsFor(key)
  -- A key that holds something else than text is as good as not there.
  local head = redis.pcall('GETRANGE', key, 0, 20)
  return type(head) == 'string' and tonumber(string.match(head, '^1 (%d+) ')) or -1
end
`;

/**
 * Keeps texts that hold for one position, where what is there does not hold for as late a one; none of them where a
 * projector was heard of later. KEYS: watermark, then entries. ARGV: position, ms to keep them, then their texts.
 */
export const fillScript = script(`${reading}
local asOf = tonumber(ARGV[1])
if reached and asOf < reached then return 0 end
for index = 2, #KEYS do
  if holdsFor(KEYS[index]) < asOf then
    redis.call('SET', KEYS[index], ARGV[index + 1], 'PX', ARGV[2])
  end
end
return 1`);

/**
 * Moves the watermark, after it has removed what does not hold for where it goes to. Where the changes do not begin at
 * the watermark or before it, nobody knows what else has changed: then nothing older is proven any more.
 * KEYS: watermark, then entries of everything that changed. ARGV: from, to, ms to keep the watermark.
 */
export const advanceScript = script(`${reading}
local to = tonumber(ARGV[2])
if reached and reached > to then return 0 end
for index = 2, #KEYS do
  if holdsFor(KEYS[index]) < to then redis.call('UNLINK', KEYS[index]) end
end
if not reached or reached < tonumber(ARGV[1]) then floor = ARGV[2] end
redis.call('SET', KEYS[1], '1 ' .. floor .. ' ' .. ARGV[2], 'PX', ARGV[3])
return 1`);

function script(lua: string): Script {
  return { lua, sha1: createHash('sha1').update(lua).digest('hex') };
}
