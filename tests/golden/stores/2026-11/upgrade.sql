BEGIN TRANSACTION;
CREATE TABLE acks (
	target TEXT NOT NULL, 
	at TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (target)
);
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	run TEXT, 
	incident TEXT, 
	body TEXT NOT NULL, 
	body_sha256 TEXT NOT NULL, 
	prev TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-01-05T03:00:02.500Z','remediator','started',NULL,NULL,'{"content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","epoch":1767582000,"start":"e3e70682c2094cac","store":"629f6fbed82c07cd","version":"0.1.0"}','c46029e854096be8341200e755d9ac405e464fabd04f1e7c4e23ecd2b6822466','0000000000000000000000000000000000000000000000000000000000000000','fd15b4c54ef96fb7ce61ba1dc4d46f608c9a7e00c1f1f00ac4d1974ebc396f60');
INSERT INTO "audit" VALUES(2,'2026-01-05T03:00:02.500Z','remediator','rows',NULL,NULL,'{"changed":{"acks":{},"brakes":{},"debts":{},"downtimes":{},"locks":{},"own_downtimes":{},"pauses":{},"runs":{},"silences":{},"unacked":{},"wraps":{}},"covers_from_here":["pauses","silences","downtimes","own_downtimes","wraps","unacked","acks","locks","debts","runs","brakes"],"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[0,"5341e6b2646979a70e57653007a1f310"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[0,"5341e6b2646979a70e57653007a1f310"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','3c18c320b5bffe7a7b9d235dcf01b8fb3ef6c78e309494bdbcc63dcedea912c7','fd15b4c54ef96fb7ce61ba1dc4d46f608c9a7e00c1f1f00ac4d1974ebc396f60','943550321baa862443be51b4a090847544b1d890fe57de1a830f8562af4c6f44');
INSERT INTO "audit" VALUES(3,'2026-01-05T03:00:20.000Z','root','baseline',NULL,NULL,'{"groups":["galera"],"hosts":["cmp1","cmp2","ctl1","ctl2","ctl3"],"keys":["container:cmp1:cron:cmp1-cron-1:image-1","container:cmp1:neutron_agent:cmp1-neutron_agent-1:image-1","container:cmp2:cron:cmp2-cron-1:image-1","container:cmp2:neutron_agent:cmp2-neutron_agent-1:image-1","container:ctl1:keystone:ctl1-keystone-1:image-1","container:ctl1:mariadb:ctl1-mariadb-1:image-1","container:ctl1:memcached:ctl1-memcached-1:image-1","container:ctl2:keystone:ctl2-keystone-1:image-1","container:ctl2:mariadb:ctl2-mariadb-1:image-1","container:ctl2:memcached:ctl2-memcached-1:image-1","container:ctl3:keystone:ctl3-keystone-1:image-1","container:ctl3:mariadb:ctl3-mariadb-1:image-1","container:ctl3:memcached:ctl3-memcached-1:image-1","start:cmp1:engine:1767322800","start:cmp1:host:1767322800","start:cmp2:host:1767322800","start:ctl1:engine:1767322800","start:ctl1:host:1767322800","start:ctl2:engine:1767322800","start:ctl2:host:1767322800","start:ctl3:engine:1767322800","start:ctl3:host:1767322800"],"marks":{"galera.cluster":{"after":{"addresses":{"ctl1":["192.0.2.11"],"ctl2":["192.0.2.12"],"ctl3":["192.0.2.13"]},"at":"2026-01-05T03:00:17.720Z","behind":null,"canaries":{"keystone.user":120},"conf_id":7,"data_bytes":10737418240,"flushes":true,"formed":{},"members":["ctl1","ctl2","ctl3"],"pc_recovery":true,"reformed_at":null,"seqno":1017,"size":3,"uuid":"5a2f8a3e-0000-11f0-8000-000000000001","version":"10.11.19-MariaDB-0+deb12u1"},"before":{"addresses":{"ctl1":["192.0.2.11"],"ctl2":["192.0.2.12"],"ctl3":["192.0.2.13"]},"at":"2026-01-05T03:00:17.720Z","behind":null,"canaries":{"keystone.user":120},"conf_id":7,"data_bytes":10737418240,"flushes":true,"formed":{},"members":["ctl1","ctl2","ctl3"],"pc_recovery":true,"reformed_at":null,"seqno":1017,"size":3,"uuid":"5a2f8a3e-0000-11f0-8000-000000000001","version":"10.11.19-MariaDB-0+deb12u1"}}},"reason":"a story","scope":"all"}','e3f38112cfeae19775af0dd82e8055d4dc542defd31b21e276c0a23b2cc99f3d','943550321baa862443be51b4a090847544b1d890fe57de1a830f8562af4c6f44','ed967477e6b6d987446d194255a3c44f3b48530e19644c1ec5068ac3a1ef660f');
INSERT INTO "audit" VALUES(4,'2026-01-05T03:01:36.050Z','remediator','incident',NULL,'inc-1','{"check":"galera-upgrade","state":"open","target":"galera/ctl2","text":"WARNING HARD 3: mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1"}','abce871ab1d4eca9f3d0f9b8e18f87cc2b089005a6734c1780258b04ca4c3d85','ed967477e6b6d987446d194255a3c44f3b48530e19644c1ec5068ac3a1ef660f','559cc901c602e956bdf602ad2c059deea3cba8393db72b76eaf265d9ad69103d');
INSERT INTO "audit" VALUES(5,'2026-01-05T03:01:36.050Z','remediator','decision',NULL,'inc-1','{"condition":"data.bootstrap_left_over","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-1","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"galera-bootstrap-left-over","values":{"bootstrap_left_over":false},"verdicts":[]}','943c47b6d64af7f3c5dc0c2c89116852c9652476818691bb4eef151a24a22b41','559cc901c602e956bdf602ad2c059deea3cba8393db72b76eaf265d9ad69103d','f664a8a3c8426767d6051082750a7a0bb055526cd786ed8ca7adf0a6314e6acc');
INSERT INTO "audit" VALUES(6,'2026-01-05T03:01:36.050Z','remediator','decision',NULL,'inc-1','{"condition":"data.statistics_outdated && !data.upgrade_needed","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-2","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"galera-statistics-outdated","values":{"statistics_outdated":false,"upgrade_needed":true},"verdicts":[]}','0c9169318482b66ed93ad7649a88a042d29de0bf47473ae939445e77165ff7cc','f664a8a3c8426767d6051082750a7a0bb055526cd786ed8ca7adf0a6314e6acc','8d8edc9000687f3b5ed8388648471bd15321695bbf8606d361f26724230e66df');
INSERT INTO "audit" VALUES(7,'2026-01-05T03:01:36.050Z','remediator','decision',NULL,'inc-1','{"condition":"data.upgrade_needed && !data.downgraded && !data.bootstrap_left_over\n&& data.cluster_status == ''Primary'' && data.local_state == ''Synced''\n&& data.cluster_size == data.group_size && data.others_synced + 1 == data.group_size\n&& !data.any_donor_or_joiner && !data.split && !data.disk_full && data.abs_clock_offset_s <= 2.0 && data.named_twice == null\n","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-3","outcome":"skipped","plan_hash":null,"reason":"bad since 03:00:35 UTC, it waits 10 min before it acts: until 03:10:35","rule":"galera-upgrade-needed","values":{"abs_clock_offset_s":0.05,"any_donor_or_joiner":false,"bootstrap_left_over":false,"cluster_size":3,"cluster_status":"Primary","disk_full":false,"downgraded":false,"group_size":3,"local_state":"Synced","named_twice":null,"others_synced":2,"split":false,"upgrade_needed":true},"verdicts":[]}','14ebbfc5bf1d0ed7a7708b35532280bf324ea8a5b1af92e2fd977a4ec8b79b2e','8d8edc9000687f3b5ed8388648471bd15321695bbf8606d361f26724230e66df','07c3db0fe92b5ba03bed018983a0ffd724d4328afdc04300ba6a3e8b289cdd5c');
INSERT INTO "audit" VALUES(8,'2026-01-05T03:10:43.610Z','remediator','planned','run-1','inc-1','{"locks":["group:galera","host:ctl2"],"plan":{"check":"galera-upgrade","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","hash":"06477645ac243447524376c9decbce3303dbd03c4ba6e868d1d028a4865253e8","held_at_most_s":14400,"hosts":["ctl2"],"identity":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","invocation_id":"ctl2-mariadb-inv1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"risk":"R2","rule":"galera-upgrade-needed","runbook":"galera-mariadb-upgrade","steps":[{"action":"galera.login","commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-login:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; echo \"remediator-login ${A:-none}\"","galera-login","docker"],"host":"ctl2","privileged":true,"timeout_s":60}],"effect":"observe","fresh":false,"holds_units":false,"host":"","id":"login","judges_group":false,"late":true,"parallel":false,"params":{},"risk":"R0","summary":"see whether the member lets one of its own system users in over its socket, without a password","takes_away_healthy":false,"timeout_s":120},{"action":"galera.upgrade_tables","commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-upgrade:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; [ -n \"$A\" ] || { echo \"no login without a password\"; exit 4; }; $E exec -u \"$A\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb-upgrade || command -v mysql_upgrade) && exec \"$C\" --protocol=socket --user=\"$0\"'' \"$A\" 2>&1","galera-upgrade","docker"],"host":"ctl2","privileged":true,"timeout_s":3600}],"effect":"idempotent","fresh":true,"holds_units":false,"host":"","id":"upgrade","judges_group":true,"late":true,"parallel":false,"params":{},"risk":"R2","summary":"run mariadb-upgrade on this one member, without a password, and see that it is recorded","takes_away_healthy":false,"timeout_s":900}],"target":"galera/ctl2","verify":{"check":"galera-upgrade","hold_s":30,"within_s":600}},"plan_hash":"06477645ac243447524376c9decbce3303dbd03c4ba6e868d1d028a4865253e8","runbook":"galera-mariadb-upgrade","target":"galera/ctl2"}','63411ca8ca85419a0059a7ce50bfd09875ba3bedf36ad57119f29ca327ac5482','07c3db0fe92b5ba03bed018983a0ffd724d4328afdc04300ba6a3e8b289cdd5c','2f0358d77e4e0a08f6e6879191f2631bd1144c8dff0abcded10bc5148c724d6b');
INSERT INTO "audit" VALUES(9,'2026-01-05T03:10:43.610Z','remediator','decision','run-1','inc-1','{"condition":"data.upgrade_needed && !data.downgraded && !data.bootstrap_left_over\n&& data.cluster_status == ''Primary'' && data.local_state == ''Synced''\n&& data.cluster_size == data.group_size && data.others_synced + 1 == data.group_size\n&& !data.any_donor_or_joiner && !data.split && !data.disk_full && data.abs_clock_offset_s <= 2.0 && data.named_twice == null\n","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-4","outcome":"fired","plan_hash":"06477645ac243447524376c9decbce3303dbd03c4ba6e868d1d028a4865253e8","reason":"its condition is true","rule":"galera-upgrade-needed","values":{"abs_clock_offset_s":0.05,"any_donor_or_joiner":false,"bootstrap_left_over":false,"cluster_size":3,"cluster_status":"Primary","disk_full":false,"downgraded":false,"group_size":3,"local_state":"Synced","named_twice":null,"others_synced":2,"split":false,"upgrade_needed":true},"verdicts":[{"allow":true,"guard":"target","inputs":{"target":"galera/ctl2"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R2"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R2"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":60},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":3},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"judged_by":"its own decision on evidence of every member"},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{"group":"galera"},"reason":"","until":null}]}','8b62c1ad24e34edeb1047403312e68fe2f2b5f29f6ed3fc39a7d1e929834056e','2f0358d77e4e0a08f6e6879191f2631bd1144c8dff0abcded10bc5148c724d6b','5cced64137f4cc3c14d2cc918305fde5fe18ad73cce9698cb88386a9400ad1d6');
INSERT INTO "audit" VALUES(10,'2026-01-05T03:10:43.610Z','remediator','rows',NULL,NULL,'{"changed":{"locks":{"group:galera":"776f333085d9afd8","host:ctl2":"00862020cabc1c58"},"runs":{"run-1":"b8e345b1302ed26c"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"b0b88dd569f759b5a878871af1b6d36f"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','2f0722343deb6e1469953d464c556c2afdc6ff7636a0ae83c94283215b5996ac','5cced64137f4cc3c14d2cc918305fde5fe18ad73cce9698cb88386a9400ad1d6','b37c047337e18414769646d0b30b8d19d287e2e0d0074edc7dc6dbd7a7786e62');
INSERT INTO "audit" VALUES(11,'2026-01-05T03:10:43.820Z','remediator','gated','run-1','inc-1','{"plan_hash":"06477645ac243447524376c9decbce3303dbd03c4ba6e868d1d028a4865253e8","runbook":"galera-mariadb-upgrade","target":"galera/ctl2","verdicts":[{"allow":true,"guard":"target","inputs":{"target":"galera/ctl2"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R2"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R2"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":60},"reason":"","until":null},{"allow":true,"guard":"rediagnosis","inputs":{"state":"WARNING"},"reason":"","until":null},{"allow":true,"guard":"already_fixed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"changed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":3},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"judged_by":"its own decision on evidence of every member"},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{"group":"galera"},"reason":"","until":null}]}','5ac98884185569b839f19bf329a2eaf016b79f045bb3c48f94e398ac649c0231','b37c047337e18414769646d0b30b8d19d287e2e0d0074edc7dc6dbd7a7786e62','31d33d8a0265d9393478e13b6c8266616c243cd696f367c549722272ba998103');
INSERT INTO "audit" VALUES(12,'2026-01-05T03:10:43.820Z','remediator','intent','run-1','inc-1','{"action":"galera.login","before":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","intent_at":"2026-01-05T03:10:43.820Z","invocation_id":"ctl2-mariadb-inv1","run":"sim.629f6fbed82c07cd.run-1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-login:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; echo \"remediator-login ${A:-none}\"","galera-login","docker"],"host":"ctl2","privileged":true}],"effect":"observe","plan_hash":"06477645ac243447524376c9decbce3303dbd03c4ba6e868d1d028a4865253e8","runbook":"galera-mariadb-upgrade","step":"login","target":"galera/ctl2"}','c9781c5fbd57e322e093a4ab04c5586e61d67696bb6ad0d7c63dad89ebe376a5','31d33d8a0265d9393478e13b6c8266616c243cd696f367c549722272ba998103','18e239618328e9f5ede1a2fd269faf07f04724c08ace48ad0aee3c43cb20a893');
INSERT INTO "audit" VALUES(13,'2026-01-05T03:10:43.820Z','remediator','incident','run-1','inc-1','{"check":"galera-upgrade","state":"curing","target":"galera/ctl2","text":"ctl2: galera-login docker"}','25190270d9c2c1472c97da268dcf284f804fb47a115488fcbd9a75b7e6b39278','18e239618328e9f5ede1a2fd269faf07f04724c08ace48ad0aee3c43cb20a893','0414d38b08f8d7edd010581d208fcbb171bb9f2f8458b93e408bc96b0c66e637');
INSERT INTO "audit" VALUES(14,'2026-01-05T03:10:43.820Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"8461eac2850e1242"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"74db05fb9b8951a02a523d3fd8a4c1b5"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','c9db7b6295309faa29140059f8842132c8373ed9736eec3d080bccc07d24fb34','0414d38b08f8d7edd010581d208fcbb171bb9f2f8458b93e408bc96b0c66e637','5f19eeeb20a2e12f2053b297995e16ad0faac2d58940e0cf6d86ed95d8050b74');
INSERT INTO "audit" VALUES(15,'2026-01-05T03:10:44.330Z','remediator','outcome','run-1','inc-1','{"output_sha256":"bc696e2756a43cec16e4018c062dfb2e620b50f6537f42de82ce5f950a4d42fb","plan_hash":"06477645ac243447524376c9decbce3303dbd03c4ba6e868d1d028a4865253e8","probe":null,"result":"ok","runbook":"galera-mariadb-upgrade","state":"done","step":"login","target":"galera/ctl2"}','55ed6e5d9c0e8770f1950c24d6e95ff72b789cddd12cd0b7d8a0fa5b60e88f7d','5f19eeeb20a2e12f2053b297995e16ad0faac2d58940e0cf6d86ed95d8050b74','4008c287a67bd9f9084b85b8dc89ea86275b934cd0546255455178c4360500b7');
INSERT INTO "audit" VALUES(16,'2026-01-05T03:10:44.330Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"50788acd05cb07de"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"a0f1d701288b41e4479d088ecb2969fd"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','4c1c73fbd43203c34284ca0216accd68f6495b2bd85213d1f406c644d1d00f8a','4008c287a67bd9f9084b85b8dc89ea86275b934cd0546255455178c4360500b7','48da7dd3032476b0e408feb0ced2358185139f2664eb13c8539f0a7804a33bc0');
INSERT INTO "audit" VALUES(17,'2026-01-05T03:10:44.540Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"c51e650dcf226075"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"3cc7ecda8c85c9352a4f76bfc689552e"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','fa64724f5a79d78f83638a04e89400928b2aada88f025a39f6b8c9447e6b5bed','48da7dd3032476b0e408feb0ced2358185139f2664eb13c8539f0a7804a33bc0','8ba53b6ee3e0c953c8f233f6a0b8a8714e95d0f10c5a22282a575ef9202beb50');
INSERT INTO "audit" VALUES(18,'2026-01-05T03:10:44.750Z','remediator','intent','run-1','inc-1','{"action":"galera.upgrade_tables","before":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","intent_at":"2026-01-05T03:10:44.750Z","invocation_id":"ctl2-mariadb-inv1","run":"sim.629f6fbed82c07cd.run-1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"claimed":["ctl1","ctl2","ctl3"],"commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-upgrade:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; [ -n \"$A\" ] || { echo \"no login without a password\"; exit 4; }; $E exec -u \"$A\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb-upgrade || command -v mysql_upgrade) && exec \"$C\" --protocol=socket --user=\"$0\"'' \"$A\" 2>&1","galera-upgrade","docker"],"host":"ctl2","privileged":true}],"effect":"idempotent","plan_hash":"06477645ac243447524376c9decbce3303dbd03c4ba6e868d1d028a4865253e8","runbook":"galera-mariadb-upgrade","step":"upgrade","target":"galera/ctl2"}','86cd90bd941ae156992e13345bcf6ec5dc5b4c619fcdcd88b6a762b02217e8d6','8ba53b6ee3e0c953c8f233f6a0b8a8714e95d0f10c5a22282a575ef9202beb50','5d6c2c3b984ae71d16fd8165d3ad5b5b75b4b4af856b853188dc7288f9208da8');
INSERT INTO "audit" VALUES(19,'2026-01-05T03:10:44.750Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"f1e1ad34500f74af"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"d3218b5176d87e2e6e60dd15cd3d2aa1"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','191ae0fae30cad2b6114b889dbfbb78cd1f1666b6a87849f6957469824e205d7','5d6c2c3b984ae71d16fd8165d3ad5b5b75b4b4af856b853188dc7288f9208da8','5f815ff3c6cdc743b4d273fa42385c6f80fd73a27d15848ac41daf34578113fe');
CREATE TABLE baseline (
	"key" TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	at TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "baseline" VALUES('container:cmp1:cron:cmp1-cron-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:cmp1:neutron_agent:cmp1-neutron_agent-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:cmp2:cron:cmp2-cron-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:cmp2:neutron_agent:cmp2-neutron_agent-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl1:keystone:ctl1-keystone-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl1:mariadb:ctl1-mariadb-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl1:memcached:ctl1-memcached-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl2:keystone:ctl2-keystone-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl2:mariadb:ctl2-mariadb-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl2:memcached:ctl2-memcached-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl3:keystone:ctl3-keystone-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl3:mariadb:ctl3-mariadb-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl3:memcached:ctl3-memcached-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:cmp1:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:cmp1:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:cmp2:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl1:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl1:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl2:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl2:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl3:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl3:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
CREATE TABLE debts (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	run TEXT NOT NULL, 
	open BOOLEAN NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
CREATE TABLE decisions (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	incident TEXT NOT NULL, 
	event TEXT, 
	run TEXT, 
	rule TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "decisions" VALUES('dec-1',1,'inc-1','ev-2',NULL,'galera-bootstrap-left-over','{"at":[1767582096.05,5096.05,"boot-daemon-0"],"condition":"data.bootstrap_left_over","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-1","incident":"inc-1","outcome":"skipped","plan":null,"reason":"its condition is false","rule":"galera-bootstrap-left-over","run":null,"values":{"bootstrap_left_over":false},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-2',2,'inc-1','ev-2',NULL,'galera-statistics-outdated','{"at":[1767582096.05,5096.05,"boot-daemon-0"],"condition":"data.statistics_outdated && !data.upgrade_needed","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-2","incident":"inc-1","outcome":"skipped","plan":null,"reason":"its condition is false","rule":"galera-statistics-outdated","run":null,"values":{"statistics_outdated":false,"upgrade_needed":true},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-3',3,'inc-1','ev-2',NULL,'galera-upgrade-needed','{"at":[1767582096.05,5096.05,"boot-daemon-0"],"condition":"data.upgrade_needed && !data.downgraded && !data.bootstrap_left_over\n&& data.cluster_status == ''Primary'' && data.local_state == ''Synced''\n&& data.cluster_size == data.group_size && data.others_synced + 1 == data.group_size\n&& !data.any_donor_or_joiner && !data.split && !data.disk_full && data.abs_clock_offset_s <= 2.0 && data.named_twice == null\n","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-3","incident":"inc-1","outcome":"skipped","plan":null,"reason":"bad since 03:00:35 UTC, it waits 10 min before it acts: until 03:10:35","rule":"galera-upgrade-needed","run":null,"values":{"abs_clock_offset_s":0.05,"any_donor_or_joiner":false,"bootstrap_left_over":false,"cluster_size":3,"cluster_status":"Primary","disk_full":false,"downgraded":false,"group_size":3,"local_state":"Synced","named_twice":null,"others_synced":2,"split":false,"upgrade_needed":true},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-4',4,'inc-1','ev-2','run-1','galera-upgrade-needed','{"at":[1767582643.61,5643.61,"boot-daemon-0"],"condition":"data.upgrade_needed && !data.downgraded && !data.bootstrap_left_over\n&& data.cluster_status == ''Primary'' && data.local_state == ''Synced''\n&& data.cluster_size == data.group_size && data.others_synced + 1 == data.group_size\n&& !data.any_donor_or_joiner && !data.split && !data.disk_full && data.abs_clock_offset_s <= 2.0 && data.named_twice == null\n","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-4","incident":"inc-1","outcome":"fired","plan":{"check":"galera-upgrade","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","hash":"06477645ac243447524376c9decbce3303dbd03c4ba6e868d1d028a4865253e8","held_at_most_s":14400.0,"hosts":["ctl2"],"identity":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","invocation_id":"ctl2-mariadb-inv1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"risk":"R2","rule":"galera-upgrade-needed","runbook":"galera-mariadb-upgrade","steps":[{"action":"galera.login","commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-login:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; echo \"remediator-login ${A:-none}\"","galera-login","docker"],"host":"ctl2","privileged":true,"timeout_s":60.0}],"effect":"observe","fresh":false,"holds_units":false,"host":"","id":"login","judges_group":false,"late":true,"parallel":false,"params":{},"risk":"R0","summary":"see whether the member lets one of its own system users in over its socket, without a password","takes_away_healthy":false,"timeout_s":120.0},{"action":"galera.upgrade_tables","commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-upgrade:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; [ -n \"$A\" ] || { echo \"no login without a password\"; exit 4; }; $E exec -u \"$A\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb-upgrade || command -v mysql_upgrade) && exec \"$C\" --protocol=socket --user=\"$0\"'' \"$A\" 2>&1","galera-upgrade","docker"],"host":"ctl2","privileged":true,"timeout_s":3600.0}],"effect":"idempotent","fresh":true,"holds_units":false,"host":"","id":"upgrade","judges_group":true,"late":true,"parallel":false,"params":{},"risk":"R2","summary":"run mariadb-upgrade on this one member, without a password, and see that it is recorded","takes_away_healthy":false,"timeout_s":900.0}],"target":"galera/ctl2","verify":{"check":"galera-upgrade","hold_s":30.0,"within_s":600.0}},"reason":"its condition is true","rule":"galera-upgrade-needed","run":"run-1","values":{"abs_clock_offset_s":0.05,"any_donor_or_joiner":false,"bootstrap_left_over":false,"cluster_size":3,"cluster_status":"Primary","disk_full":false,"downgraded":false,"group_size":3,"local_state":"Synced","named_twice":null,"others_synced":2,"split":false,"upgrade_needed":true},"verdicts":[{"allow":true,"guard":"target","inputs":{"target":"galera/ctl2"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R2"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R2"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":60},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":3},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"judged_by":"its own decision on evidence of every member"},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{"group":"galera"},"reason":"","until":null}]}');
CREATE TABLE downtimes (
	host TEXT NOT NULL, 
	service TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (host, service)
);
CREATE TABLE events (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	source TEXT NOT NULL, 
	check_name TEXT NOT NULL, 
	target TEXT NOT NULL, 
	incident TEXT, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "events" VALUES('ev-1',1,'2026-01-05T03:00:35.210Z','check','galera-upgrade','galera/ctl2',NULL,'{"at":[1767582035.21,5035.21,"boot-daemon-0"],"attempt":1,"check":"galera-upgrade","data":{"abs_clock_offset_s":0.05,"advice":null,"age_s":259235.1,"any_donor_or_joiner":false,"beside":null,"bootstrap_left_over":false,"cause":null,"cluster_size":3,"cluster_status":"Primary","cluster_uuid":"5a2f8a3e-0000-11f0-8000-000000000001","conf_id":7,"connected":true,"disk_full":false,"downgraded":false,"exit_code":null,"flow_control_paused":0.0,"grastate_seqno":-1,"grastate_uuid":"5a2f8a3e-0000-11f0-8000-000000000001","group_size":3,"gvwstate":true,"has_unit":true,"ist_race":false,"last_committed":1035,"last_log":null,"local_state":"Synced","missing":false,"named_twice":null,"operator_stopped":false,"others_all_known":true,"others_primary":2,"others_synced":2,"process_running":true,"provider_off":false,"quorum_without_me":true,"ready":true,"recv_queue_avg":0.0,"restart_asked":false,"safe_to_bootstrap":false,"searching":false,"server_version":"10.11.19-MariaDB-0+deb12u1","slow":false,"slowest":null,"split":false,"sql":"answered","sst_in_progress":false,"start_limit_hit":false,"statistics_outdated":false,"stopped":false,"systemd_busy":false,"unit":"kolla-mariadb-container.service","unit_failed":false,"unit_result":"success","unit_state":"active","upgrade_info":"10.6.16-MariaDB","upgrade_needed":true,"upgrade_signs":null,"upgrade_why":"its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1"},"flapping":false,"hosts":["ctl2"],"id":"ev-1","output":"mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1","previous":"OK","source":"check","state":"WARNING","state_type":"SOFT","target":"galera/ctl2"}');
INSERT INTO "events" VALUES('ev-2',2,'2026-01-05T03:01:36.050Z','check','galera-upgrade','galera/ctl2','inc-1','{"at":[1767582096.05,5096.05,"boot-daemon-0"],"attempt":3,"check":"galera-upgrade","data":{"abs_clock_offset_s":0.05,"advice":null,"age_s":259296.0,"any_donor_or_joiner":false,"beside":null,"bootstrap_left_over":false,"cause":null,"cluster_size":3,"cluster_status":"Primary","cluster_uuid":"5a2f8a3e-0000-11f0-8000-000000000001","conf_id":7,"connected":true,"disk_full":false,"downgraded":false,"exit_code":null,"flow_control_paused":0.0,"grastate_seqno":-1,"grastate_uuid":"5a2f8a3e-0000-11f0-8000-000000000001","group_size":3,"gvwstate":true,"has_unit":true,"ist_race":false,"last_committed":1095,"last_log":null,"local_state":"Synced","missing":false,"named_twice":null,"operator_stopped":false,"others_all_known":true,"others_primary":2,"others_synced":2,"process_running":true,"provider_off":false,"quorum_without_me":true,"ready":true,"recv_queue_avg":0.0,"restart_asked":false,"safe_to_bootstrap":false,"searching":false,"server_version":"10.11.19-MariaDB-0+deb12u1","slow":false,"slowest":null,"split":false,"sql":"answered","sst_in_progress":false,"start_limit_hit":false,"statistics_outdated":false,"stopped":false,"systemd_busy":false,"unit":"kolla-mariadb-container.service","unit_failed":false,"unit_result":"success","unit_state":"active","upgrade_info":"10.6.16-MariaDB","upgrade_needed":true,"upgrade_signs":null,"upgrade_why":"its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1"},"flapping":false,"hosts":["ctl2"],"id":"ev-2","output":"mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1","previous":"WARNING","source":"check","state":"WARNING","state_type":"HARD","target":"galera/ctl2"}');
CREATE TABLE foreign_names (
	name TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE groups (
	name TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "groups" VALUES('galera','{"accepted_at":"2026-01-05T03:00:20.000Z","healthy_s":640.6899999999982,"members":["ctl1","ctl2","ctl3"]}');
CREATE TABLE hints (
	"key" TEXT NOT NULL, 
	event TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE incidents (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	open BOOLEAN NOT NULL, 
	at_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "incidents" VALUES('inc-1',1,'galera-upgrade:galera/ctl2','curing',1,1767582096.05,'{"accounted":"run-1 is at work on galera, though it broke before that","ack_reason":"","acked_at":null,"acked_by":"","acted_at":[1767582643.82,5643.82,"boot-daemon-0"],"bad_at":[1767582096.05,5096.05,"boot-daemon-0"],"check":"galera-upgrade","closed_at":null,"cured_at":null,"hard_at":[1767582096.05,5096.05,"boot-daemon-0"],"hosts":["ctl2"],"id":"inc-1","level":"WARNING","opened_at":[1767582096.05,5096.05,"boot-daemon-0"],"output":"mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1","parent":null,"rule":"galera-upgrade-needed","rungs":[],"state":"curing","target":"galera/ctl2"}');
CREATE TABLE locks (
	scope TEXT NOT NULL, 
	run TEXT NOT NULL, 
	PRIMARY KEY (scope)
);
INSERT INTO "locks" VALUES('group:galera','run-1');
INSERT INTO "locks" VALUES('host:ctl2','run-1');
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','1');
INSERT INTO "meta" VALUES('epoch','1767582000');
INSERT INTO "meta" VALUES('store','629f6fbed82c07cd');
INSERT INTO "meta" VALUES('instances','["e3e70682c2094cac"]');
INSERT INTO "meta" VALUES('next_event','3');
INSERT INTO "meta" VALUES('next_incident','2');
INSERT INTO "meta" VALUES('mark:galera.cluster','{"addresses": {"ctl1": ["192.0.2.11"], "ctl2": ["192.0.2.12"], "ctl3": ["192.0.2.13"]}, "at": "2026-01-05T03:10:43.410Z", "behind": null, "canaries": {"keystone.user": 120}, "conf_id": 7, "data_bytes": 10737418240, "flushes": true, "formed": {}, "members": ["ctl1", "ctl2", "ctl3"], "pc_recovery": true, "reformed_at": null, "seqno": 1643, "size": 3, "uuid": "5a2f8a3e-0000-11f0-8000-000000000001", "version": "10.11.19-MariaDB-0+deb12u1"}');
INSERT INTO "meta" VALUES('next_run','2');
INSERT INTO "meta" VALUES('next_decision','5');
INSERT INTO "meta" VALUES('audit_head','19');
CREATE TABLE outbox (
	n INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	next_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	error TEXT NOT NULL, 
	PRIMARY KEY (n), 
	UNIQUE ("key")
);
CREATE TABLE own_downtimes (
	id TEXT NOT NULL, 
	until_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE pauses (
	n INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	author TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY (n)
);
CREATE TABLE runs (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	incident TEXT, 
	target TEXT NOT NULL, 
	runbook TEXT NOT NULL, 
	state TEXT NOT NULL, 
	live BOOLEAN NOT NULL, 
	at_s FLOAT NOT NULL, 
	intent_s FLOAT, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "runs" VALUES('run-1',1,'inc-1','galera/ctl2','galera-mariadb-upgrade','running',1,1767582643.61,1767582643.82,'{"actor":"remediator","approval":null,"asked_as":[],"asks":"","bad_samples":0,"consent":"","created_at":[1767582643.61,5643.61,"boot-daemon-0"],"ended_at":null,"held_since":null,"id":"run-1","incident":"inc-1","locked_at":[1767582643.61,5643.61,"boot-daemon-0"],"ok_samples":0,"ok_since":null,"paged":false,"plan":{"check":"galera-upgrade","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","hash":"06477645ac243447524376c9decbce3303dbd03c4ba6e868d1d028a4865253e8","held_at_most_s":14400.0,"hosts":["ctl2"],"identity":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","invocation_id":"ctl2-mariadb-inv1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"risk":"R2","rule":"galera-upgrade-needed","runbook":"galera-mariadb-upgrade","steps":[{"action":"galera.login","commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-login:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; echo \"remediator-login ${A:-none}\"","galera-login","docker"],"host":"ctl2","privileged":true,"timeout_s":60.0}],"effect":"observe","fresh":false,"holds_units":false,"host":"","id":"login","judges_group":false,"late":true,"parallel":false,"params":{},"risk":"R0","summary":"see whether the member lets one of its own system users in over its socket, without a password","takes_away_healthy":false,"timeout_s":120.0},{"action":"galera.upgrade_tables","commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-upgrade:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; [ -n \"$A\" ] || { echo \"no login without a password\"; exit 4; }; $E exec -u \"$A\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb-upgrade || command -v mysql_upgrade) && exec \"$C\" --protocol=socket --user=\"$0\"'' \"$A\" 2>&1","galera-upgrade","docker"],"host":"ctl2","privileged":true,"timeout_s":3600.0}],"effect":"idempotent","fresh":true,"holds_units":false,"host":"","id":"upgrade","judges_group":true,"late":true,"parallel":false,"params":{},"risk":"R2","summary":"run mariadb-upgrade on this one member, without a password, and see that it is recorded","takes_away_healthy":false,"timeout_s":900.0}],"target":"galera/ctl2","verify":{"check":"galera-upgrade","hold_s":30.0,"within_s":600.0}},"reason":"","state":"running","steps":[{"action":"galera.login","before":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","intent_at":"2026-01-05T03:10:43.820Z","invocation_id":"ctl2-mariadb-inv1","run":"sim.629f6fbed82c07cd.run-1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"exit_code":0,"given":{"account":"mysql","signs":[]},"id":"login","intent_at":[1767582643.82,5643.82,"boot-daemon-0"],"left":true,"outcome_at":[1767582644.33,5644.33,"boot-daemon-0"],"output":"$ galera-login docker\nremediator-login mysql","probe":null,"result":"ok","state":"done","tries":1},{"action":"galera.upgrade_tables","before":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","intent_at":"2026-01-05T03:10:44.750Z","invocation_id":"ctl2-mariadb-inv1","run":"sim.629f6fbed82c07cd.run-1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"exit_code":null,"given":{},"id":"upgrade","intent_at":[1767582644.75,5644.75,"boot-daemon-0"],"left":true,"outcome_at":null,"output":"","probe":null,"result":"","state":"intent","tries":1}],"verdicts":[{"allow":true,"guard":"target","inputs":{"target":"galera/ctl2"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R2"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R2"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":60},"reason":"","until":null},{"allow":true,"guard":"rediagnosis","inputs":{"state":"WARNING"},"reason":"","until":null},{"allow":true,"guard":"already_fixed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"changed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":3},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"judged_by":"its own decision on evidence of every member"},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{"group":"galera"},"reason":"","until":null}],"verify_from":null,"was_ok":false}');
CREATE TABLE said_names (
	host TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (host)
);
INSERT INTO "said_names" VALUES('cmp1','["cmp1"]');
INSERT INTO "said_names" VALUES('cmp2','["cmp2"]');
INSERT INTO "said_names" VALUES('ctl1','["ctl1"]');
INSERT INTO "said_names" VALUES('ctl2','["ctl2"]');
INSERT INTO "said_names" VALUES('ctl3','["ctl3"]');
CREATE TABLE signs (
	"key" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE silences (
	id TEXT NOT NULL, 
	until_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE timeline (
	n INTEGER NOT NULL, 
	incident TEXT NOT NULL, 
	at TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	text TEXT NOT NULL, 
	run TEXT, 
	rule TEXT, 
	guard TEXT, 
	PRIMARY KEY (n)
);
INSERT INTO "timeline" VALUES(1,'inc-1','2026-01-05T03:01:36.050Z','opened','WARNING HARD 3: mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1',NULL,NULL,NULL);
INSERT INTO "timeline" VALUES(2,'inc-1','2026-01-05T03:10:43.610Z','decided','galera-upgrade-needed: its condition is true','run-1','galera-upgrade-needed',NULL);
INSERT INTO "timeline" VALUES(3,'inc-1','2026-01-05T03:10:43.820Z','intent','ctl2: galera-login docker','run-1','galera-upgrade-needed',NULL);
INSERT INTO "timeline" VALUES(4,'inc-1','2026-01-05T03:10:44.330Z','outcome','galera.login: ok','run-1',NULL,NULL);
INSERT INTO "timeline" VALUES(5,'inc-1','2026-01-05T03:10:44.750Z','intent','ctl2: galera-upgrade docker','run-1','galera-upgrade-needed',NULL);
CREATE TABLE unacked (
	target TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (target)
);
CREATE TABLE wraps (
	id TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX audit_run ON audit (run);
CREATE INDEX audit_kind ON audit (kind);
CREATE INDEX audit_incident ON audit (incident);
CREATE INDEX events_at ON events (at);
CREATE INDEX events_incident ON events (incident);
CREATE INDEX hints_at ON hints (at);
CREATE INDEX incidents_key ON incidents ("key");
CREATE INDEX incidents_open ON incidents (open, n);
CREATE INDEX incidents_at ON incidents (open, at_s);
CREATE INDEX timeline_incident ON timeline (incident, n);
CREATE INDEX decisions_incident ON decisions (incident, n);
CREATE INDEX decisions_run ON decisions (run);
CREATE INDEX decisions_event ON decisions (event);
CREATE INDEX runs_incident ON runs (incident);
CREATE INDEX runs_at ON runs (live, at_s);
CREATE INDEX runs_live ON runs (live, n);
CREATE INDEX runs_intent ON runs (intent_s);
CREATE INDEX runs_target ON runs (target, intent_s);
CREATE INDEX debts_run ON debts (run);
CREATE INDEX debts_open ON debts (open, n);
CREATE INDEX outbox_state ON outbox (state, next_s);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
COMMIT;
