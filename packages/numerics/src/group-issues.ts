import type { Issue, LinearInfo, WeightScheme } from '@thinkbits/spec';
import { groupSize } from './group-count.js';

/**
 * What the group size of a scheme means for a linear, for the plan of a rounder: `group/larger-than-row` (error) where no row
 * can fill a group, `group/ragged` (info) where the last group is shorter, else nothing.
 */
export function groupIssues(linear: LinearInfo, scheme: WeightScheme): Issue[] {
  const size = groupSize(linear.in, scheme.group);
  if (size > linear.in) {
    return [
      {
        severity: 'error',
        code: 'group/larger-than-row',
        subject: linear.name,
        message: `${linear.name}: a group of ${size} columns is larger than a row of ${linear.in}.`,
        help: `Give this linear a group of at most ${linear.in}, or "channel", by a rule.`,
      },
    ];
  }
  if (linear.in % size === 0) return [];
  return [
    {
      severity: 'info',
      code: 'group/ragged',
      subject: linear.name,
      message: `${linear.name}: ${linear.in} columns in groups of ${size} leave a last group of ${linear.in % size}.`,
    },
  ];
}
