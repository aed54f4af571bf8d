/**
 * One line of the table. @param ours @param limit measured in the same run @param against what the limit is, in words
 * @param {'higher' | 'lower'} better
 */
export function row(name, ours, limit, unit, better, against) {
  const rounded = (value) => Number(value.toPrecision(4));
  return {
    name,
    ours: rounded(ours),
    limit: rounded(limit),
    ratio: rounded(ours / limit),
    unit,
    better,
    against,
  };
}
