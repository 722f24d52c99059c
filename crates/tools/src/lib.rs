//! Workload generator, converter of neutral event files, independent auditor.
