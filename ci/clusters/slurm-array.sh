#!/usr/bin/env bash
#SBATCH --job-name=bdia
#SBATCH --array=0-7
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=bdia-%A_%a.log
# One share of a sweep per array task. From the root of the built clone:
#   sbatch --array=0-7 ci/clusters/slurm-array.sh SWEEP [options of bdia sweep]
# Options of sbatch take precedence over the lines above. See toolkit/docs/clusters.md.
# Run so far with Slurm's variables set by hand and its signals sent by hand, not on a Slurm cluster.

if (( SLURM_ARRAY_TASK_MIN != 0 || SLURM_ARRAY_TASK_MAX != SLURM_ARRAY_TASK_COUNT - 1 )); then
    echo "slurm-array.sh: the array must be 0-N without gaps, for example --array=0-7," \
        "but is $SLURM_ARRAY_TASK_MIN to $SLURM_ARRAY_TASK_MAX with $SLURM_ARRAY_TASK_COUNT tasks" >&2
    exit 2
fi
share=()
(( SLURM_ARRAY_TASK_COUNT == 1 )) || share=(--index "$((SLURM_ARRAY_TASK_ID + 1))/$SLURM_ARRAY_TASK_COUNT")

# Slurm runs a copy of this file, in the folder that sbatch was called in.
ci/bdia sweep "$@" "${share[@]}" &
sweep=$!
requeue=

# Bash runs a trap only between commands, which is why the sweep is in the background.
stop() {
    kill -TERM "$sweep" 2>/dev/null
}
trap 'requeue=yes; stop' USR1 # the time limit is near
trap stop TERM                # cancelled, or preempted, after which Slurm itself requeues

wait "$sweep"
code=$?
while kill -0 "$sweep" 2>/dev/null; do # a trap has ended the wait; the sweep is writing its checkpoints
    wait "$sweep"
    code=$?
done
if [[ $requeue && $code -ne 0 ]]; then
    exec scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"
