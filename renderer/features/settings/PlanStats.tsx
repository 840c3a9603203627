import { ChartNoAxesColumn } from 'lucide-react';
import { useState } from 'react';
import type { Plan } from '../../../shared/contract/plans.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { formatCount } from '../../../shared/format/plural.ts';
import { useClient } from '../../app/context.ts';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { useByteUnits } from '../../lib/units.ts';
import { useLoaded } from '../../lib/use-loaded.ts';

/** The figures of the whole history, on request: counting them reads every version. */
export function PlanStats({ plan }: { readonly plan: Plan }) {
  const client = useClient();
  const units = useByteUnits();
  const [wanted, setWanted] = useState(false);
  const stats = useLoaded(wanted ? `${plan.id} ${plan.versions}` : null, (signal) =>
    client.plans.stats({ planId: plan.id }, signal),
  );
  if (!wanted) {
    return (
      <div className="row">
        <Button
          icon={ChartNoAxesColumn}
          isDisabled={plan.destination.state !== 'ready'}
          onPress={() => setWanted(true)}
        >
          Show figures
        </Button>
      </div>
    );
  }
  const { value } = stats;
  return (
    <div aria-live="polite">
      <ErrorNote error={stats.error} />
      {value === undefined && stats.error === undefined ? <Skeleton label="Counting" /> : null}
      {value === undefined ? null : (
        <dl className="facts small figures-list">
          <dt>Versions</dt>
          <dd className="figures">{formatCount(value.versions)}</dd>
          <dt>Files in all versions together</dt>
          <dd className="figures">
            {formatCount(value.restoreFiles)}, {formatBytes(value.restoreBytes, units)}
          </dd>
          <dt>Stored as</dt>
          <dd className="figures">
            {formatBytes(value.rawBytes, units)} in {formatCount(value.blobs)} pieces
          </dd>
          <dt>Saved by keeping equal parts once</dt>
          <dd className="figures">{value.deduplicationRatio.toFixed(1)} times smaller</dd>
          <dt>Saved by compression</dt>
          <dd className="figures">{value.compressionRatio.toFixed(1)} times smaller</dd>
        </dl>
      )}
    </div>
  );
}
