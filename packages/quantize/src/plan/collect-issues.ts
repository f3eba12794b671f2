import type { Issue } from '@thinkbits/spec';

/** A list of issues, and how one is added to it. */
export function collectIssues() {
  const issues: Issue[] = [];
  const report = (
    severity: Issue['severity'],
    code: string,
    subject: string,
    message: string,
    help?: string,
  ): void => {
    issues.push({ severity, code, subject, message, ...(help !== undefined && { help }) });
  };
  return { issues, report };
}
